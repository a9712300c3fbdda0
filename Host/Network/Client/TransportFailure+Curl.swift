// SPDX-License-Identifier: Apache-2.0
import CCurl

extension TransportFailure.Kind {
  /// What libcurl's code means. `isStarted`: the connection stood and the request was begun; `hasHead`: the answer's head
  /// was complete.
  init(_ code: CURLcode, isStarted: Bool, hasHead: Bool) {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: self = .resolve
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: self = .connect
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: self = .proxy
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_NOTFOUND, CURLE_USE_SSL_FAILED:
      self = .tls
    case CURLE_OPERATION_TIMEDOUT: self = isStarted ? .timeout : .connectTimeout
    case CURLE_GOT_NOTHING: self = .closed
    case CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND: self = .send
    case CURLE_PARTIAL_FILE: self = .partial
    // A tunnel through a proxy that is refused ends here too, before the request is begun.
    case CURLE_RECV_ERROR: self = hasHead ? .partial : isStarted ? .receive : .proxy
    case CURLE_HTTP2, CURLE_HTTP2_STREAM: self = hasHead ? .partial : .protocolViolation
    case CURLE_FILESIZE_EXCEEDED: self = .tooLarge
    case CURLE_READ_ERROR: self = .bodySource
    case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT: self = .invalidRequest
    case CURLE_UNSUPPORTED_PROTOCOL: self = isStarted ? .protocolViolation : .invalidRequest
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_AGAIN: self = .system
    default: self = .protocolViolation
    }
  }
}
