// SPDX-License-Identifier: Apache-2.0

import Dialects
import Network
import VideoDocuments

/// Why a proof is not accepted. No sentence repeats what the caller sent but for times and the names of headers, and none
/// tells whether there is such a key.
extension Failure {
  private static let ways =
    "Send `Authorization: Bearer KEY`, a token or an HMAC-SHA256 signature made with the key. "
    + "Whoever runs this gateway makes keys with `filmgate tokens create`."
  private static let checkKey = "Check that the key is complete and meant for this gateway."

  /// `field` tells the formats that have codes of their own for some reasons which of them it is.
  private static func refused(_ message: String, _ advice: String, field: String? = nil) -> Failure {
    Failure(.authentication, message, field: field, advice: advice)
  }

  static var noProof: Failure { refused("The Authorization header is missing.", ways, field: "Authorization") }

  static var severalProofs: Failure { refused("There are several Authorization headers.", "Send one.") }

  static var unknownProof: Failure {
    refused("The Authorization header is of a scheme that is not accepted here.", ways)
  }

  static var unknownBearer: Failure {
    refused("What follows Bearer is neither a key of this gateway (fg-…) nor a signed token.", ways)
  }

  static var unreadableToken: Failure {
    refused("The signed token cannot be read.", "It is a JSON web token whose `iss` is the access key.")
  }

  static var unreadableSignature: Failure {
    refused(
      "The Authorization header holds no HMAC-SHA256 signature that can be read.",
      "It has the form: HMAC-SHA256 Credential=ACCESS_KEY/DATE/REGION/SERVICE/request, SignedHeaders=…, Signature=….")
  }

  static var wrongKey: Failure { refused("The key is not valid.", checkKey) }

  static var wrongToken: Failure {
    refused("The token was not signed by the key that it names.", "Check access key (`iss`) and secret key.")
  }

  static var wrongSignature: Failure {
    refused(
      "The signature does not fit the request.",
      "Check access key and secret key; a proxy on the way must not change host, path, query or signed headers.")
  }

  static var wrongBody: Failure {
    refused(
      "The body is not the one whose SHA-256 the header X-Content-Sha256 states.",
      "Hash the very bytes that are sent.")
  }

  /// Of a token that could be read.
  static func token(_ failure: VerificationFailure, _ token: String, nowSeconds: Int64) -> Failure {
    let times = JSONWebToken.claimedTimes(token)
    let now = time(nowSeconds)
    return switch failure {
    case .expired:
      refused(
        "The token expired at \(time(times.expiresSeconds)); here it is \(now).", "Make a new token.", field: "exp")
    case .notYetValid:
      refused(
        "The token is not valid before \(time(times.notBeforeSeconds)); here it is \(now).",
        "Set the clock of the client; \(CallerProof.notBeforeToleranceSeconds) s of difference are allowed.",
        field: "nbf")
    case .wrongScope("alg"): refused("The token's algorithm is not HS256.", "Sign it with HS256 and the secret key.")
    case .wrongScope: refused("The token has the header `crit`, which is not supported.", "Leave it out.")
    case .malformed(let claim) where claim != "token":
      refused(
        "The token's `\(claim)` is missing or is no number of seconds.", "Give both `exp` and `nbf` in unix seconds.")
    case .malformed: unreadableToken
    default: wrongToken
    }
  }

  /// Of a signature that could be read.
  static func signature(_ failure: VerificationFailure, allowedSeconds: Int64, nowSeconds: Int64) -> Failure {
    switch failure {
    case .missing(let name):
      refused("The signature needs the header \(name), which is missing.", "Send it, and sign it.")
    case .malformed("query"): refused("The query has a broken percent escape.", "Encode it by RFC 3986.")
    case .malformed(let name):
      refused("The header \(name) cannot be read, or there are several.", "X-Date looks like 20260102T030405Z.")
    case .notSigned(let name):
      refused("The header \(name) is not among the signed ones.", "Name it in SignedHeaders.")
    case .skew(let seconds):
      refused(
        "The request is of \(time(nowSeconds - seconds)) and here it is \(time(nowSeconds)): "
          + "more than \(allowedSeconds / 60) minutes apart.", "Set the clock of the client.")
    case .wrongScope(let part):
      refused(
        "The \(part) in the signature's Credential is not the right one.",
        "The date is that of X-Date, and the last part is `request`.")
    case .bodyMismatch:
      refused(
        "The header X-Content-Sha256 must state one SHA-256 in hexadecimal.", "Hash the very bytes that are sent.")
    default: wrongSignature
    }
  }

  static func expiredKey(_ seconds: Int64, nowSeconds: Int64) -> Failure {
    refused(
      "The key expired at \(time(seconds)); here it is \(time(nowSeconds)).",
      newKey, field: endedKeyField)
  }

  static var revokedKey: Failure { refused("The key was revoked.", newKey, field: endedKeyField) }

  private static let newKey = "Ask whoever runs this gateway for a new one."
  private static let endedKeyField = "key"

  /// Whether it says that a caller's key works no more.
  static func isOfEndedKey(_ failure: Failure) -> Bool {
    failure.kind == .authentication && failure.field == endedKeyField
  }

  /// What a caller states may be any number, so it is kept to the years that can be written.
  private static func time(_ seconds: Int64?) -> String {
    Timestamp.text(milliseconds: min(max(seconds ?? 0, 0), 253_402_300_799) * 1_000)
  }
}
