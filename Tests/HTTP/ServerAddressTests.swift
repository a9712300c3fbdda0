// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPServer

@Suite("Where a server can be reached") struct ServerAddressTests {
  @Test(
    "the address that was bound, and for every address of the machine its own",
    arguments: [
      ("127.0.0.1", "http://127.0.0.1:80"), ("10.1.2.3", "http://10.1.2.3:80"), ("0.0.0.0", "http://127.0.0.1:80"),
      ("::1", "http://[::1]:80"), ("::", "http://[::1]:80"), ("fd00::2", "http://[fd00::2]:80"),
    ])
  func address(host: String, url: String) {
    #expect(ServerAddress(host: host, port: 80).baseURL == url)
  }

  @Test("a socket that is a file has neither") func file() {
    #expect(ServerAddress(host: nil, port: 0).baseURL == "http://localhost")
  }
}
