// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

@Suite struct OccurrenceTests {
  @Test(arguments: [
    ("abc", "b", true), ("abc", "abc", true), ("abc", "abcd", false), ("", "", true), ("abc", "", true),
    ("", "a", false),
    ("aab", "ab", true), ("é", "e", false), ("千军万马", "万", true),
  ])
  func aTextIsFoundInAText(_ whole: String, _ part: String, _ isThere: Bool) {
    #expect(whole.holds(part) == isThere)
    #expect("a%2eb%2e".substituting("%2e", by: ".") == "a.b.")
    if let range = whole.firstOccurrence(of: part) { #expect(whole[range] == part) }
  }
}
