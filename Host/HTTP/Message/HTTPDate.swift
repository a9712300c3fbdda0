// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The date form of HTTP: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
public enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// The text for seconds since 1970; the epoch's own where the year cannot be computed.
  public static func text(secondsSince1970: Int64) -> String {
    var seconds = time_t(secondsSince1970)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
    let date = "\(padded(parts.tm_mday, 2)) \(months[Int(parts.tm_mon)]) \(padded(parts.tm_year + 1900, 4))"
    let clock = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
    return "\(days[Int(parts.tm_wday)]), \(date) \(clock) GMT"
  }

  /// Seconds since 1970 of the preferred form; nil for anything else, the two obsolete forms included.
  public static func secondsSince1970(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count == 29 else { return nil }
    func number(_ range: Range<Int>) -> Int32? {
      let digits = bytes[range]
      guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      return digits.reduce(0) { $0 * 10 + Int32($1 - 0x30) }
    }
    func word(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    guard days.contains(word(0..<3)), let month = months.firstIndex(of: word(8..<11)), let day = number(5..<7),
      let year = number(12..<16), let hour = number(17..<19), let minute = number(20..<22),
      let second = number(23..<25), word(3..<5) == ", ", word(25..<29) == " GMT",
      [7, 11, 16].allSatisfy({ bytes[$0] == 0x20 }), [19, 22].allSatisfy({ bytes[$0] == UInt8(ascii: ":") }),
      (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var parts = tm()
    parts.tm_year = year - 1900
    parts.tm_mon = Int32(month)
    parts.tm_mday = day
    parts.tm_hour = hour
    parts.tm_min = minute
    parts.tm_sec = second
    return Int64(timegm(&parts))
  }

  private static func padded(_ number: Int32, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
