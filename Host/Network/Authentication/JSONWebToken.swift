// SPDX-License-Identifier: Apache-2.0
import OrderedJSON

/// Tokens of `jwt-hs256`.
public enum JSONWebToken {
  /// The longest token that is read, in bytes.
  public static let maximumBytes = 8 * 1024

  private static let header = #"{"alg":"HS256","typ":"JWT"}"#

  /// Makes a token. Claims in fixed order and without spaces, so that equal input gives equal bytes.
  public static func make(
    issuer: String, key: String, parameters: JWTParameters = JWTParameters(), nowSeconds: Int64
  ) -> String {
    let expires = nowSeconds + parameters.expiresSeconds
    let notBefore = nowSeconds - parameters.notBeforeSeconds
    let payload = #"{"iss":\#(quoted(issuer)),"exp":\#(expires),"nbf":\#(notBefore)}"#
    let signed = "\(Base64.encode(Array(header.utf8), .url)).\(Base64.encode(Array(payload.utf8), .url))"
    return "\(signed).\(Base64.encode(HMACSHA256.code(key: Array(key.utf8), message: signed), .url))"
  }

  /// A JSON string literal; only what JSON demands is escaped.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
