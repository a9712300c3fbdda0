// SPDX-License-Identifier: Apache-2.0
import Foundation
import Network
import Testing

@Suite struct CryptoTests {
  @Test func `SHA-256 gives the published digests`() {
    #expect(SHA256Digest.ofNothing.hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256Digest(of: "abc").hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `Pieces and a file hash like the whole`() throws {
    let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }
    var hasher = SHA256Hasher()
    for start in stride(from: 0, to: bytes.count, by: 7777) {
      hasher.update(Array(bytes[start..<min(start + 7777, bytes.count)]))
    }
    let whole = SHA256Digest(of: bytes)
    #expect(hasher.finish() == whole)
    let file = try TemporaryFile(bytes)
    #expect(SHA256Hasher.digest(ofFile: file.descriptor) == .success(whole))
    #expect(SHA256Hasher.digest(ofFile: -1) == .failure(FileReadFailure(errno: EBADF)))
  }

  @Test(arguments: ["k", String(repeating: "long", count: 40)])
  func `HMAC-SHA256 under a key that is kept gives the same codes each time`(key: String) {
    let key = Array(key.utf8)
    let kept = KeyedHMACSHA256(key: key)
    for message in ["a", "", "what do ya want for nothing?", "a", "Zürich", String(repeating: "x", count: 1_000)] {
      #expect(kept.code(message: message) == HMACSHA256.code(key: key, message: message))
    }
  }

  @Test func `HMAC-SHA256 gives the codes of RFC 4231`() {
    #expect(
      Hexadecimal.encode(HMACSHA256.code(key: [UInt8](repeating: 0x0B, count: 20), message: "Hi There"))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(
      Hexadecimal.encode(HMACSHA256.code(key: Array("Jefe".utf8), message: "what do ya want for nothing?"))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      Hexadecimal.encode(
        HMACSHA256.code(
          key: [UInt8](repeating: 0xAA, count: 131),
          message: "Test Using Larger Than Block-Size Key - Hash Key First"))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    #expect(
      Hexadecimal.encode(HMACSHA256.code(key: [], message: ""))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test func `Hexadecimal text goes both ways and refuses the rest`() {
    #expect(Hexadecimal.encode([0, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
    #expect(Hexadecimal.decode("000FA0ff") == [0, 0x0F, 0xA0, 0xFF])
    #expect(Hexadecimal.decode("0") == nil)
    #expect(Hexadecimal.decode("0g") == nil)
    #expect(SHA256Digest(hexadecimal: "00") == nil)
  }

  @Test(arguments: 0..<67) func `Base64 equals Foundation's and comes back`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 251) }
    let text = Base64.encode(bytes)
    #expect(text == Data(bytes).base64EncodedString())
    #expect(Int64(text.utf8.count) == Base64.encodedLength(Int64(count)))
    #expect(try Base64.decode(text) == bytes)
    let url = Base64.encode(bytes, .url)
    #expect(!url.contains(where: { "+/=".contains($0) }))
    #expect(try Base64.decode(url, .url) == bytes)
  }

  @Test func `Base64 is read strictly`() {
    #expect(throws: Base64.DecodingFailure.badLength) { try Base64.decode("QQ") }
    #expect(throws: Base64.DecodingFailure.badLength) { try Base64.decode("QUJDR", .url) }
    #expect(throws: Base64.DecodingFailure.strayBits) { try Base64.decode("QR==") }
    #expect(throws: Base64.DecodingFailure.strayBits) { try Base64.decode("QUF=") }
    #expect(throws: Base64.DecodingFailure.badCharacter(offset: 4)) { try Base64.decode("QUJD\nQUI") }
    #expect(throws: Base64.DecodingFailure.badCharacter(offset: 2)) { try Base64.decode("QQ==", .url) }
    #expect(throws: Base64.DecodingFailure.badCharacter(offset: 2)) { try Base64.decode("QQ==QQ==") }
    #expect(throws: Base64.DecodingFailure.badCharacter(offset: 1)) { try Base64.decode("A===") }
    #expect(throws: Base64.DecodingFailure.badCharacter(offset: 0)) { try Base64.decode("-_-_") }
    #expect(throws: Base64.DecodingFailure.badCharacter(offset: 2)) {
      try Base64.decode(Array("QQ==".utf8)[...], isLast: false)
    }
  }

  @Test func `Constant-time comparison compares`() {
    #expect(ConstantTime.areEqual("", ""))
    #expect(ConstantTime.areEqual("same", "same"))
    #expect(!ConstantTime.areEqual("same", "sama"))
    #expect(!ConstantTime.areEqual("same", "sam"))
    // Equal as characters, different as bytes.
    #expect(!ConstantTime.areEqual("\u{E9}", "e\u{301}"))
  }

  @Test func `Random bytes differ and have the asked length`() {
    #expect(SecureRandom.bytes(0).isEmpty)
    #expect(SecureRandom.bytes(32).count == 32)
    #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
  }
}
