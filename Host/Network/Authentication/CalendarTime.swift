// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC split into the parts that dates in headers are written with. Proleptic Gregorian, no leap seconds.
struct CalendarTime: Sendable, Equatable {
  var year: Int
  /// 1 to 12.
  var month: Int
  /// 1 to 31.
  var day: Int
  var hour: Int
  var minute: Int
  var second: Int

  /// Splits seconds since 1970-01-01T00:00:00Z.
  init(secondsSince1970: Int64) {
    let days = Int((Double(secondsSince1970) / 86400).rounded(.down))
    let rest = Int(secondsSince1970) - days * 86400
    // Days counted from 0000-03-01, so that the leap day ends a year (Howard Hinnant, "chrono-compatible date algorithms").
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
  }

  /// Takes parts as they are written; nil when they name no moment (second 60 is taken for 59, as leap seconds are).
  init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
      (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    (self.year, self.month, self.day, self.hour, self.minute) = (year, month, day, hour, minute)
    self.second = min(second, 59)
    guard CalendarTime(secondsSince1970: secondsSince1970).day == day else { return nil }
  }

  /// Seconds since 1970-01-01T00:00:00Z.
  var secondsSince1970: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468) * 86400 + Int64(hour * 3600 + minute * 60 + second)
  }

  /// `20260102T030405Z`.
  var compact: String { "\(compactDate)T\(Self.pad(hour))\(Self.pad(minute))\(Self.pad(second))Z" }

  /// `20260102`.
  var compactDate: String { Self.pad(year, 4) + Self.pad(month) + Self.pad(day) }

  /// Reads `20260102T030405Z` and nothing else.
  init?(compact text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
    let numbers = [(0, 4), (4, 2), (6, 2), (9, 2), (11, 2), (13, 2)].compactMap { start, length in
      Self.number(bytes[start..<(start + length)])
    }
    guard numbers.count == 6 else { return nil }
    self.init(
      year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4], second: numbers[5])
  }

  /// Digits alone, no sign or space.
  static func number(_ digits: some Collection<UInt8>) -> Int? {
    guard (1...18).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  static func pad(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
