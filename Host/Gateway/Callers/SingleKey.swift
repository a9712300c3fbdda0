// SPDX-License-Identifier: Apache-2.0

import CCrypto
public import HTTPServer
import Network
public import VideoDocuments

/// One key for everybody, as a bearer token.
public struct SingleKey: CallerAuthenticator {
  private let key: String

  public init(_ key: String) { self.key = key }

  public func check(_ request: HTTPRequest) async -> AuthenticationStep {
    let wanted = Array("Bearer \(key)".utf8)
    let given = Array((request.head.headers["authorization"] ?? "").utf8)
    guard given.count == wanted.count, CRYPTO_memcmp(given, wanted, wanted.count) == 0 else {
      return .refused(Failure(.authentication, "The key is missing or wrong.", field: "Authorization"))
    }
    return .caller(Caller(keyID: "single", name: "single"))
  }

  public func reserve(
    _ caller: Caller, model: String, quote: Quote?, requestID: String
  ) async throws(Failure) -> CallerReservation { CallerReservation() }
}
