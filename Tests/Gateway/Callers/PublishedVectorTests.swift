// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Network
import Testing
import VideoDocuments

import struct HTTPServer.RequestHead

@testable import Gateway

/// Proofs that vendors' own signers made, with the keys that they were made with.
@Suite("Published vectors") struct PublishedVectorTests {
  static let accessKey = "AKLTEXAMPLEACCESSKEYID0001"
  static let secretKey = "RXhhbXBsZVNlY3JldEtleUZvclRlc3RPbmx5MDAwMQ=="
  static let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  static let queryDigest = "341fe8c80af59e6763ed21164bb6dfbce8ba4fcdcc04d451d7cf6956044cb565"

  struct Vector: Sendable, CustomTestStringConvertible {
    var name: String
    var method = "POST"
    var host = "visual.volcengineapi.com"
    var query = "Action=CVSync2AsyncGetResult&Version=2022-08-31"
    var digest = queryDigest
    var hasType = true
    var more: [(String, String)] = []
    var signature: String
    var testDescription: String { name }

    var head: RequestHead {
      var headers = HTTPHeaders()
      headers.add("Host", host)
      if hasType { headers.add("Content-Type", "application/json") }
      headers.add("X-Date", "20260102T030405Z")
      headers.add("X-Content-Sha256", digest)
      for (name, value) in more { headers.add(name, value) }
      let names = headers.fields.map { $0.name.lowercased() }.sorted().joined(separator: ";")
      headers.add(
        "Authorization",
        "HMAC-SHA256 Credential=\(accessKey)/20260102/cn-north-1/cv/request, SignedHeaders=\(names), "
          + "Signature=\(signature)")
      return RequestHead(method: method, target: "/?\(query)", path: "/", query: query, headers: headers)
    }
  }

  static let vectors = [
    Vector(
      name: "A", query: "Action=CVSync2AsyncSubmitTask&Version=2022-08-31",
      digest: "09e2cd39de989838f3119b7e52d0cad47c3afd0d1aad3a881d67d9fe2227b4ac",
      signature: "d6eadb338c0643d80eca33a25f1442d45eebe793c46783da33d630356a00ef5d"),
    Vector(
      name: "A-sts", query: "Action=CVSync2AsyncSubmitTask&Version=2022-08-31",
      digest: "09e2cd39de989838f3119b7e52d0cad47c3afd0d1aad3a881d67d9fe2227b4ac",
      more: [("X-Security-Token", "STSEXAMPLETOKEN")],
      signature: "2a68ffb3d3a84c0f94b90a2f11f5b9eb38a2019648a09791375f661e94b07abc"),
    Vector(name: "B", signature: "50c0c27c53f9e7778259588f90cf6c6c4077da984352b7e76d4e735685330368"),
    Vector(
      name: "B-port", host: "127.0.0.1:18080",
      signature: "7cd66a87171496a5a71f9ee18c41afad441efff4e5ab049ce43372c6ad2032bb"),
    Vector(
      name: "B-xsdk",
      more: [
        ("X-Sdk-Invocation-Id", "00000000-0000-4000-8000-000000000000"), ("X-Sdk-Request", "attempt=1; max=4"),
      ], signature: "281802c42b997039327fa6804090fbd7c76d72032cff9b7fea003363bccbf292"),
    Vector(
      name: "C", method: "GET",
      query: "Action=X&Version=2022-08-31&Empty=&name=a+b%2Bc%2Fd%3D%E7%8C%AB~*.-_'()", digest: nothing, hasType: false,
      signature: "dbf622d9e16894aebf186bfcc9e1cc50d034dcd829177b4fc5e52093fced721e"),
  ]

  @Test("signatures", arguments: vectors)
  func signature(_ vector: Vector) throws {
    let proof = try CallerProof(vector.head)
    #expect(proof.keyID == Self.accessKey)
    #expect(proof.bodyDigest?.hexadecimal == vector.digest)
    try proof.verify(secret: Self.secretKey, nowSeconds: SetClock.startSeconds)
    #expect(throws: Failure.self) {
      try proof.verify(secret: Self.secretKey + "=", nowSeconds: SetClock.startSeconds)
    }
  }

  @Test("the token J1")
  func token() throws {
    let token =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJBS2V4YW1wbGUwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1NiIsImV4cCI6MTc2NzMyNDg0"
      + "NSwibmJmIjoxNzY3MzIzMDQwfQ.vyxM382H48bpLRNBjkiopfuGbrzYyr3e59fKkIQgv0c"
    let head = RequestHead(method: "GET", target: "/", path: "/", headers: ["Authorization": "Bearer \(token)"])
    let proof = try CallerProof(head)
    #expect(proof.keyID == "AKexample0123456789abcdef0123456")
    try proof.verify(secret: "SKexample0123456789abcdef0123456", nowSeconds: SetClock.startSeconds)
    #expect(throws: Failure.self) {
      try proof.verify(secret: "SKexample0123456789abcdef012345x", nowSeconds: SetClock.startSeconds)
    }
  }
}
