// SPDX-License-Identifier: Apache-2.0

/// Dates of HTTP (RFC 9110, 5.6.7) and what `Retry-After` says.
public enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  public static func text(secondsSince1970: Int64) -> String {
    let time = CalendarTime(secondsSince1970: secondsSince1970)
    let dayNumber = (secondsSince1970 - Int64(time.hour * 3600 + time.minute * 60 + time.second)) / 86400
    let day = days[Int(((dayNumber + 4) % 7 + 7) % 7)]
    let clock = [time.hour, time.minute, time.second].map { CalendarTime.pad($0) }.joined(separator: ":")
    return
      "\(day), \(CalendarTime.pad(time.day)) \(months[time.month - 1]) \(CalendarTime.pad(time.year, 4)) \(clock) GMT"
  }

  /// Reads the three forms that receivers must accept; nil for anything else. The name of the day is not checked.
  /// `nowSeconds` decides the century of the old form with two digits: a year more than 50 ahead is a past one.
  public static func seconds(_ text: String, nowSeconds: Int64) -> Int64? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
    switch words.count {
    case 6 where words[5] == "GMT":
      return seconds(year: words[3], month: words[2], day: words[1], clock: words[4])
    case 4 where words[3] == "GMT":
      let parts = words[1].split(separator: "-").map(String.init)
      guard parts.count == 3, parts[2].utf8.count == 2, let short = CalendarTime.number(parts[2].utf8) else {
        return nil
      }
      let thisYear = CalendarTime(secondsSince1970: nowSeconds).year
      var year = thisYear / 100 * 100 + short
      if year > thisYear + 50 { year -= 100 }
      return seconds(year: String(year), month: parts[1], day: parts[0], clock: words[2])
    case 5:
      return seconds(year: words[4], month: words[1], day: words[2], clock: words[3])
    default: return nil
    }
  }

  private static func seconds(year: String, month: String, day: String, clock: String) -> Int64? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).compactMap {
      CalendarTime.number($0.utf8)
    }
    guard parts.count == 3, let month = months.firstIndex(of: month), let day = CalendarTime.number(day.utf8),
      let year = CalendarTime.number(year.utf8)
    else { return nil }
    return CalendarTime(
      year: year, month: month + 1, day: day, hour: parts[0], minute: parts[1], second: parts[2])?.secondsSince1970
  }

  /// Longest wait that a `Retry-After` is believed for.
  public static let maximumRetryAfterSeconds: Int64 = 24 * 3600

  /// How many milliseconds from now `Retry-After` asks to wait: a number of seconds or a date. Never negative, never more
  /// than a day; nil when the value is neither.
  public static func retryAfterMilliseconds(_ value: String, nowMilliseconds: Int64) -> Int64? {
    let seconds: Int64
    if let digits = Optional(value[...].trimmingSpaces), !digits.isEmpty,
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    {
      seconds = CalendarTime.number(digits.utf8).map(Int64.init) ?? maximumRetryAfterSeconds
    } else {
      let now = nowMilliseconds / 1000
      guard let date = Self.seconds(value, nowSeconds: now) else { return nil }
      seconds = date - now
    }
    return min(max(seconds, 0), maximumRetryAfterSeconds) * 1000
  }
}
