// SPDX-License-Identifier: Apache-2.0

import CYAML

/// Reads one YAML document into nodes, through libyaml's events. Anchors, aliases, tags and several documents are
/// refused: a configuration needs none of them, and aliases can make a small file a huge one.
struct YAMLParser {
  static let maximumDepth = 64
  static let maximumNodes = 20_000

  private var parser: UnsafeMutablePointer<yaml_parser_t>
  private var nodeCount = 0

  /// Nil for a document without content.
  static func parse(_ bytes: [UInt8]) throws(YAMLFailure) -> YAMLNode? {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<YAMLNode?, YAMLFailure> in
      let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
      defer { parser.deallocate() }
      guard yaml_parser_initialize(parser) == 1 else {
        return .failure(YAMLFailure(mark: YAMLMark(line: 1, column: 1), problem: "there is not enough memory"))
      }
      defer { yaml_parser_delete(parser) }
      yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
      var reader = YAMLParser(parser: parser)
      do throws(YAMLFailure) { return .success(try reader.document()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private init(parser: UnsafeMutablePointer<yaml_parser_t>) { self.parser = parser }

  /// One event, already copied out of libyaml's memory.
  private enum Event {
    case scalar(String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
    case documentStart
    case streamEnd
    case other
  }

  private mutating func document() throws(YAMLFailure) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let (event, mark) = try next()
      switch event {
      case .streamEnd: return root
      case .documentStart:
        guard root == nil else { throw YAMLFailure(mark: mark, problem: "a second document begins") }
        let (first, firstMark) = try next()
        root = try node(first, firstMark, depth: 1)
      default: continue
      }
    }
  }

  private mutating func node(_ event: Event, _ mark: YAMLMark, depth: Int) throws(YAMLFailure) -> YAMLNode {
    guard depth <= Self.maximumDepth else {
      throw YAMLFailure(mark: mark, problem: "it is nested deeper than \(Self.maximumDepth) levels")
    }
    nodeCount += 1
    guard nodeCount <= Self.maximumNodes else {
      throw YAMLFailure(mark: mark, problem: "it has more than \(Self.maximumNodes) values")
    }
    switch event {
    case .scalar(let text, let isPlain): return YAMLNode(content: .scalar(text, isPlain: isPlain), mark: mark)
    case .sequenceStart:
      var nodes: [YAMLNode] = []
      while true {
        let (event, place) = try next()
        if case .sequenceEnd = event { return YAMLNode(content: .sequence(nodes), mark: mark) }
        nodes.append(try node(event, place, depth: depth + 1))
      }
    case .mappingStart: return YAMLNode(content: .mapping(try members(depth: depth)), mark: mark)
    default: throw YAMLFailure(mark: mark, problem: "a value is missing")
    }
  }

  private mutating func members(depth: Int) throws(YAMLFailure) -> [YAMLNode.Member] {
    var members: [YAMLNode.Member] = []
    var seen: [String: YAMLMark] = [:]
    while true {
      let (event, mark) = try next()
      if case .mappingEnd = event { return members }
      guard case .scalar(let key, _) = event else {
        throw YAMLFailure(mark: mark, problem: "a key must be a simple text")
      }
      if let first = seen[key] {
        throw YAMLFailure(mark: mark, problem: "the key \(shown(key)) is given twice, first in line \(first.line)")
      }
      seen[key] = mark
      let (valueEvent, valueMark) = try next()
      members.append(
        YAMLNode.Member(key: key, keyMark: mark, value: try node(valueEvent, valueMark, depth: depth + 1)))
    }
  }

  private mutating func next() throws(YAMLFailure) -> (Event, YAMLMark) {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw parserFailure }
    defer { yaml_event_delete(&event) }
    let mark = YAMLMark(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      try refuseExtras(scalar.anchor, scalar.tag, mark)
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return (
        .scalar(String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), mark
      )
    case YAML_SEQUENCE_START_EVENT:
      try refuseExtras(event.data.sequence_start.anchor, event.data.sequence_start.tag, mark)
      return (.sequenceStart, mark)
    case YAML_MAPPING_START_EVENT:
      try refuseExtras(event.data.mapping_start.anchor, event.data.mapping_start.tag, mark)
      return (.mappingStart, mark)
    case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, mark)
    case YAML_MAPPING_END_EVENT: return (.mappingEnd, mark)
    case YAML_DOCUMENT_START_EVENT: return (.documentStart, mark)
    case YAML_STREAM_END_EVENT: return (.streamEnd, mark)
    case YAML_ALIAS_EVENT: throw YAMLFailure(mark: mark, problem: "aliases (*name) are not accepted")
    default: return (.other, mark)
    }
  }

  private func refuseExtras(
    _ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?, _ mark: YAMLMark
  ) throws(YAMLFailure) {
    if anchor != nil { throw YAMLFailure(mark: mark, problem: "anchors (&name) are not accepted") }
    if tag != nil { throw YAMLFailure(mark: mark, problem: "tags (!name) are not accepted") }
  }

  /// libyaml's own words, with the place that it blames.
  private var parserFailure: YAMLFailure {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it is not YAML"
    let mark = parser.pointee.problem_mark
    if parser.pointee.error == YAML_READER_ERROR {
      // The reader counts bytes only.
      return YAMLFailure(
        mark: YAMLMark(line: Int(parser.pointee.mark.line) + 1, column: Int(parser.pointee.mark.column) + 1),
        problem: "\(problem) (byte \(parser.pointee.problem_offset))")
    }
    return YAMLFailure(mark: YAMLMark(line: Int(mark.line) + 1, column: Int(mark.column) + 1), problem: problem)
  }
}
