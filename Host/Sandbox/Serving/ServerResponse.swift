// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// The server's answers: the client's have the same name, and the server's module that of its class, so that neither
/// can be told apart where both modules are in use.
typealias ServerResponse = HTTPResponse
