// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct FormFieldsTests {
  static func read(_ query: String) throws -> JSON { try FormFields.json(try FormFields.urlEncoded(Array(query.utf8))) }

  /// The form, as a query; what it means.
  static let forms: [(String, JSON)] = [
    ("", [:]),
    ("prompt=a+cat%21&seconds=8&size=1280x720", ["prompt": "a cat!", "seconds": "8", "size": "1280x720"]),
    ("metadata[k]=v&metadata[n][z]=1.5&metadata[b]=true", ["metadata": ["k": "v", "n": ["z": "1.5"], "b": "true"]]),
    ("metadata%5Bratio%5D=4%3A3", ["metadata": ["ratio": "4:3"]]),
    ("images[]=a&images[]=b", ["images": ["a", "b"]]),
    ("images[]=a", ["images": ["a"]]),
    ("images=a&images=b", ["images": ["a", "b"]]),
    ("images=a&images[]=b&images=c", ["images": ["a", "b", "c"]]),
    ("input_reference=a&input_reference=b", ["input_reference": ["a", "b"]]),
    ("input_reference[image_url]=https://a/1.png", ["input_reference": ["image_url": "https://a/1.png"]]),
    ("video[id]=t1", ["video": ["id": "t1"]]),
    // The order tells where an element ends: the same member again begins the next.
    ("objs[][a]=1&objs[][b]=2&objs[][a]=3", ["objs": [["a": "1", "b": "2"], ["a": "3"]]]),
    ("objs[][a][x]=1&objs[][a][y]=2&objs[][a][x]=3", ["objs": [["a": ["x": "1", "y": "2"]], ["a": ["x": "3"]]]]),
    ("objs[][l][]=1&objs[][l][]=2", ["objs": [["l": ["1", "2"]]]]),
    ("rows[][]=1&rows[][]=2", ["rows": [["1", "2"]]]),
    ("shots[1][prompt]=b&shots[0][prompt]=a", ["shots": [["prompt": "a"], ["prompt": "b"]]]),
    ("metadata[1]=b&metadata[3]=a", ["metadata": ["1": "b", "3": "a"]]),
    // What is given empty is not given.
    ("prompt=a&seconds=&images[]=", ["prompt": "a"]),
    ("prompt=a&prompt=a&model=m", ["prompt": "a", "model": "m"]),
    ("task=1&task=2", ["task": ["1", "2"]]),
    ("multi_prompt=[{\"prompt\":\"a\"}]&x={\"y\":1}", ["multi_prompt": [["prompt": "a"]], "x": ["y": 1]]),
    ("prompt=[1]&user={}&x=[1&y=%22z%22", ["prompt": "[1]", "user": "{}", "x": "[1", "y": "\"z\""]),
  ]

  @Test(arguments: forms.indices)
  func `Bracketed names make objects and lists`(index: Int) throws {
    let (form, expected) = Self.forms[index]
    let json = try Self.read(form)
    #expect(json == expected, "\(json)")
  }

  /// The form, the field that is named.
  static let broken: [(String, FailureKind, String)] = [
    ("prompt=a&prompt=b", .invalid, "The form field prompt is given twice, with different values."),
    ("metadata=a&metadata[b]=c", .invalid, "The form field metadata[b] is given both as a value and in parts."),
    ("metadata[b]=c&metadata=a", .invalid, "The form field metadata is given both as a value and in parts."),
    ("a[]=1&a[b]=2", .invalid, "The form field a[b] is given both as a value and in parts."),
    ("=1", .invalid, "The form field \"\" has no name, or brackets that do not match."),
    ("[a]=1", .invalid, "The form field \"[a]\" has no name, or brackets that do not match."),
    ("a[b=1", .invalid, "The form field \"a[b\" has no name, or brackets that do not match."),
    ("a]b=1", .invalid, "The form field \"a]b\" has no name, or brackets that do not match."),
    ("a[b]c=1", .invalid, "The form field \"a[b]c\" has no name, or brackets that do not match."),
    ("a[[b]]=1", .invalid, "The form field \"a[[b]]\" has no name, or brackets that do not match."),
    (
      "a[b][c][d][e][f][g][h][i]=1", .limit,
      "The form field \"a[b][c][d][e][f][g][h][i]\" is nested deeper than 8."
    ),
    ("%zz=1", .invalid, "The form holds a broken percent-escape, or text that is not UTF-8."),
    ("a=%ff", .invalid, "The form holds a broken percent-escape, or text that is not UTF-8."),
    (
      String(repeating: "n", count: 257) + "=1", .limit,
      "A form field's name has 257 bytes; at most 256 are accepted."
    ),
    (
      Array(repeating: "a=1", count: 257).joined(separator: "&"), .limit,
      "The form has 257 fields; at most 256 are accepted."
    ),
  ]

  @Test(arguments: broken.indices)
  func `What no object can be made of is refused`(index: Int) {
    let (form, kind, message) = Self.broken[index]
    let failure = #expect(throws: Failure.self) { try Self.read(form) }
    #expect(failure?.message == message)
    #expect(failure?.kind == kind)
    #expect(failure?.field?.isEmpty == false)
    #expect(failure?.advice?.isEmpty == false)
  }

  @Test func `A form means what the same request in JSON means`() throws {
    let fields = [
      ("prompt", "a cat"), ("model", "m"), ("seconds", "8"), ("size", "1280x720"), ("seed", "7"), ("n", "2"),
      ("metadata[generate_audio]", "true"), ("metadata[camera][zoom]", "1.5"), ("multi_prompt[][prompt]", "x"),
      ("multi_prompt[][duration]", "3"), ("multi_prompt[][prompt]", "y"),
      ("input_reference", "filmgate-asset:part-1"),
    ].map { NameValuePair($0.0, $0.1) }
    let decoded = try OpenAIDialect.decode(try FormFields.json(fields))
    let expected: JSON = [
      "model": "m", "prompt": "a cat", "inputs": [["kind": "image", "url": "filmgate-asset:part-1"]],
      "duration_seconds": 8, "width": 1280, "height": 720, "seed": 7, "audio": true, "count": 2,
      "shots": [["prompt": "x", "duration_seconds": 3], ["prompt": "y"]], "options": ["camera": ["zoom": "1.5"]],
    ]
    #expect(decoded.request.json == expected, "\(decoded.request.json)")
  }
}
