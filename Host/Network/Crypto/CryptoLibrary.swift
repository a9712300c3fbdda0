// SPDX-License-Identifier: Apache-2.0
import CCrypto

/// libcrypto as a whole.
public enum CryptoLibrary {
  /// Leaves what libcrypto holds to the end of the process instead of to `exit`: a thread that is still hashing then
  /// would find it torn down. To be called before anything else is asked of libcrypto.
  public static func keepUntilTheEnd() {
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
  }
}
