// SPDX-License-Identifier: Apache-2.0
import CCrypto
import Synchronization

/// HMAC-SHA256 under one key that is used again and again: libcrypto looks its algorithms up and takes the key in once,
/// which costs several times what a short message does.
public final class KeyedHMACSHA256: Sendable {
  private struct Context: ~Copyable {
    let pointer: OpaquePointer

    init(key: [UInt8]) {
      let mac = EVP_MAC_fetch(nil, "HMAC", nil)
      defer { EVP_MAC_free(mac) }
      guard let pointer = EVP_MAC_CTX_new(mac) else { fatalError("libcrypto: no HMAC") }
      self.pointer = pointer
      var digest = Array("SHA256".utf8CString)
      let done = digest.withUnsafeMutableBufferPointer { digest in
        let parameters = [
          OSSL_PARAM_construct_utf8_string("digest", digest.baseAddress, 0), OSSL_PARAM_construct_end(),
        ]
        return EVP_MAC_init(pointer, key, key.count, parameters)
      }
      precondition(done == 1, "libcrypto: HMAC took no key")
    }

    deinit { EVP_MAC_CTX_free(pointer) }
  }

  private let context: Mutex<Context>

  /// Any length from a byte on; without one libcrypto takes none, and the process ends.
  public init(key: [UInt8]) { context = Mutex(Context(key: key)) }

  /// The 32-byte code of a text's UTF-8 bytes.
  public func code(message: String) -> [UInt8] {
    var message = message
    return context.withLock { context in
      var result = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
      var length = 0
      // Without a key: begins anew with the one that it has.
      let done =
        EVP_MAC_init(context.pointer, nil, 0, nil) == 1
        && message.withUTF8 { EVP_MAC_update(context.pointer, $0.baseAddress, $0.count) } == 1
        && EVP_MAC_final(context.pointer, &result, &length, result.count) == 1
      precondition(done && length == SHA256Digest.byteCount, "libcrypto: HMAC did not finish")
      return result
    }
  }
}
