// SPDX-License-Identifier: Apache-2.0

public import FilmgateABI
import OrderedJSON
import VideoDocuments

/// Carries the C calls of `provider.h` to a `Provider` and its answers back. A plugin's entry file forwards each
/// exported function to the member of the same name; nothing throws across the boundary.
///
/// Thread: the calling one; the host makes one call at a time. Ownership: arguments are read during the call only.
public enum PluginEntry<P: Provider> {
  public typealias Text = UnsafePointer<CChar>?
  public typealias Bytes = UnsafeRawPointer?
  public typealias Out = UnsafeMutablePointer<filmgate_out>

  public static func describe(_ out: Out) -> Int32 { write(P.manifest, to: out) }

  public static func create(
    _ request: Text, _ requestLength: UInt64, _ connection: Text, _ connectionLength: UInt64, _ nowMilliseconds: Int64,
    _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      let call = CreateCall(
        request: try document(request, requestLength, "request"),
        connection: try document(connection, connectionLength, "connection"), nowMilliseconds: nowMilliseconds)
      return try P().create(call).json
    }
  }

  public static func poll(
    _ task: Text, _ taskLength: UInt64, _ state: Text, _ stateLength: UInt64, _ connection: Text,
    _ connectionLength: UInt64, _ nowMilliseconds: Int64, _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      let call = try taskCall(task, taskLength, state, stateLength, connection, connectionLength, nowMilliseconds)
      return try P().poll(call).json
    }
  }

  public static func cancel(
    _ task: Text, _ taskLength: UInt64, _ state: Text, _ stateLength: UInt64, _ connection: Text,
    _ connectionLength: UInt64, _ nowMilliseconds: Int64, _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      let call = try taskCall(task, taskLength, state, stateLength, connection, connectionLength, nowMilliseconds)
      return try P().cancel(call).json
    }
  }

  public static func resume(
    _ state: Text, _ stateLength: UInt64, _ head: Text, _ headLength: UInt64, _ body: Bytes, _ bodyLength: UInt64,
    _ nowMilliseconds: Int64, _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      let call = Answer(
        state: try json(state, stateLength, "state"), head: try document(head, headLength, "head"),
        body: bytes(body, bodyLength), nowMilliseconds: nowMilliseconds)
      return try P().resume(call).json
    }
  }

  public static func quote(
    _ request: Text, _ requestLength: UInt64, _ prices: Text, _ pricesLength: UInt64, _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      let table: PriceTable? = pricesLength == 0 ? nil : try document(prices, pricesLength, "prices")
      return try P().quote(try document(request, requestLength, "request"), prices: table).json
    }
  }

  public static func decode(
    _ route: Text, _ routeLength: UInt64, _ head: Text, _ headLength: UInt64, _ body: Bytes, _ bodyLength: UInt64,
    _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      let call = DecodeCall(
        route: try text(route, routeLength, "route"), head: try document(head, headLength, "head"),
        body: bytes(body, bodyLength))
      return try P().decode(call).json
    }
  }

  public static func encode(
    _ route: Text, _ routeLength: UInt64, _ outcome: Text, _ outcomeLength: UInt64, _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      try P().encode(
        try document(outcome, outcomeLength, "outcome"), route: try text(route, routeLength, "route")
      ).json
    }
  }

  public static func callback(
    _ head: Text, _ headLength: UInt64, _ body: Bytes, _ bodyLength: UInt64, _ task: Text, _ taskLength: UInt64,
    _ out: Out
  ) -> Int32 {
    answer(out) { () throws(Failure) -> JSON in
      let call = CallbackCall(
        head: try document(head, headLength, "head"), body: bytes(body, bodyLength),
        task: try document(task, taskLength, "task"))
      return try P().callback(call).json
    }
  }

  // MARK: Arguments

  private static func taskCall(
    _ task: Text, _ taskLength: UInt64, _ state: Text, _ stateLength: UInt64, _ connection: Text,
    _ connectionLength: UInt64, _ nowMilliseconds: Int64
  ) throws(Failure) -> TaskCall {
    TaskCall(
      task: try document(task, taskLength, "task"), state: try json(state, stateLength, "state"),
      connection: try document(connection, connectionLength, "connection"), nowMilliseconds: nowMilliseconds)
  }

  private static func document<Document: JSONDocument>(
    _ text: Text, _ length: UInt64, _ name: String
  ) throws(Failure) -> Document {
    do {
      return try Document(try json(text, length, name), at: name)
    } catch let failure as DocumentFailure {
      throw Failure(.internal, "The host passed a document that this plugin cannot read: \(failure).")
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.internal, "The host passed a document that this plugin cannot read.")
    }
  }

  private static func json(_ text: Text, _ length: UInt64, _ name: String) throws(Failure) -> JSON {
    guard let text, length > 0 else { return .null }
    do {
      return try JSON(parsing: UnsafeRawBufferPointer(start: text, count: Int(clamping: length)))
    } catch {
      throw Failure(.internal, "The host passed \(name) that is not JSON.")
    }
  }

  private static func text(_ text: Text, _ length: UInt64, _ name: String) throws(Failure) -> String {
    guard let text, length > 0 else { return "" }
    let raw = UnsafeRawBufferPointer(start: text, count: Int(clamping: length))
    guard let string = String(validating: raw, as: UTF8.self) else {
      throw Failure(.internal, "The host passed \(name) that is not UTF-8.")
    }
    return string
  }

  private static func bytes(_ bytes: Bytes, _ length: UInt64) -> [UInt8] {
    guard let bytes, length > 0 else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(clamping: length)))
  }

  // MARK: Answers

  private static func answer(_ out: Out, _ work: () throws(Failure) -> JSON) -> Int32 {
    do {
      return write(try work().serialized(), to: out)
    } catch {
      let written = write(error.json.serialized(), to: out)
      return written == ProviderStatus.ok.rawValue ? ProviderStatus(failure: error.kind).rawValue : written
    }
  }

  private static func write(_ bytes: [UInt8], to out: Out) -> Int32 {
    let refused = bytes.withUnsafeBytes { out.pointee.write(out, $0.baseAddress, UInt64($0.count)) }
    return refused == 0 ? ProviderStatus.ok.rawValue : ProviderStatus.limit.rawValue
  }
}

extension ProviderStatus {
  /// The status that goes with a Failure document of this kind.
  init(failure kind: FailureKind) {
    switch kind {
    case .invalid: self = .invalid
    case .unsupported: self = .unsupported
    case .authentication, .permission: self = .authentication
    case .balance: self = .balance
    case .rateLimited: self = .rateLimited
    case .refusedPrompt, .refusedInput, .refusedOutput: self = .refused
    case .upstream, .unreachable, .unknownOutcome: self = .upstream
    case .drift: self = .drift
    case .notFound, .expired, .cancelled: self = .notFound
    case .limit: self = .limit
    case .plugin, .internal: self = .internal
    }
  }
}
