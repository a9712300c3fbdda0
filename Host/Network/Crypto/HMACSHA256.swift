// SPDX-License-Identifier: Apache-2.0
import CCrypto

/// HMAC-SHA256 and the other small things that signing needs from libcrypto.
public enum HMACSHA256 {
  /// The 32-byte code of `message` under `key` (any length, also empty).
  public static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    var length: UInt32 = 0
    // An empty array may have a null base address, which HMAC takes for "keep the previous key".
    let padded = key.isEmpty ? [0] : key
    let done = HMAC(EVP_sha256(), padded, Int32(key.count), message, message.count, &result, &length)
    precondition(done != nil && length == 32, "libcrypto: HMAC did not finish")
    return result
  }

  /// The code of a text's UTF-8 bytes.
  public static func code(key: [UInt8], message: String) -> [UInt8] {
    code(key: key, message: Array(message.utf8))
  }
}

/// Comparison that takes the same time wherever the first difference is.
public enum ConstantTime {
  /// Whether both hold the same bytes. Only a difference in length shows in the time taken.
  public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && (left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0)
  }

  /// Whether both texts have the same UTF-8 bytes (no Unicode equivalence).
  public static func areEqual(_ left: String, _ right: String) -> Bool {
    areEqual(Array(left.utf8), Array(right.utf8))
  }
}

/// Random bytes fit for keys, identifiers and nonces.
public enum SecureRandom {
  /// `count` unpredictable bytes. A generator that cannot answer ends the process: no caller may go on without.
  public static func bytes(_ count: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    guard count > 0 else { return result }
    precondition(RAND_bytes(&result, Int32(count)) == 1, "libcrypto: no randomness")
    return result
  }
}
