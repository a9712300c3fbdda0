// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// A provider, written in Swift: pure translation between canonical documents and one vendor's HTTP API.
///
/// Conform a type, describe it in `manifest.json`, and export the C symbols with `PluginEntry`. Same input, same
/// output: no clock, no randomness, no files; the host passes in what is needed.
public protocol Provider: Sendable {
  /// The bytes of `manifest.json`.
  static var manifest: [UInt8] { get }

  init()

  /// Submits a request: usually one http step with `retry: never`. Must account for every given field in the ledger.
  func create(_ call: CreateCall) throws(Failure) -> Step
  /// Looks at a task: usually one http step with `retry: safe`.
  func poll(_ call: TaskCall) throws(Failure) -> Step
  /// Cancels a task where the vendor can.
  func cancel(_ call: TaskCall) throws(Failure) -> Step
  /// Reads the vendor's answer to the last http step of any operation.
  func resume(_ answer: Answer) throws(Failure) -> Step
  /// Reckons the price before anything is bought. `prices` is the model's table, with the operator's changes.
  func quote(_ request: VideoRequest, prices: PriceTable?) throws(Failure) -> Quote
  /// Reads a caller's request in the provider's own wire format.
  func decode(_ call: DecodeCall) throws(Failure) -> Intent
  /// Writes the reply in the provider's own wire format; must answer for every failure kind.
  func encode(_ outcome: Outcome, route: String) throws(Failure) -> HTTPReply
  /// Reads a vendor's callback: at most a hint to look sooner.
  func callback(_ call: CallbackCall) throws(Failure) -> Step
}

extension Provider {
  public func cancel(_ call: TaskCall) throws(Failure) -> Step {
    throw Failure(.unsupported, "This provider cannot cancel a task.", advice: "Wait for it, or ignore its result.")
  }

  public func quote(_ request: VideoRequest, prices: PriceTable?) throws(Failure) -> Quote {
    PriceList.quote(request, prices: prices)
  }

  public func decode(_ call: DecodeCall) throws(Failure) -> Intent {
    throw Failure(.unsupported, "This provider has no wire format of its own.")
  }

  public func encode(_ outcome: Outcome, route: String) throws(Failure) -> HTTPReply {
    throw Failure(.unsupported, "This provider has no wire format of its own.")
  }

  public func callback(_ call: CallbackCall) throws(Failure) -> Step {
    throw Failure(.unsupported, "This provider sends no callbacks.")
  }
}

/// The arguments of `create`.
public struct CreateCall: Sendable {
  public var request: VideoRequest
  public var connection: Connection
  public var nowMilliseconds: Int64

  public init(request: VideoRequest, connection: Connection, nowMilliseconds: Int64) {
    self.request = request
    self.connection = connection
    self.nowMilliseconds = nowMilliseconds
  }
}

/// The arguments of `poll` and `cancel`.
public struct TaskCall: Sendable {
  public var task: VideoTask
  /// What the last step of this task returned as its state.
  public var state: JSON
  public var connection: Connection
  public var nowMilliseconds: Int64

  public init(task: VideoTask, state: JSON, connection: Connection, nowMilliseconds: Int64) {
    self.task = task
    self.state = state
    self.connection = connection
    self.nowMilliseconds = nowMilliseconds
  }
}

/// The vendor's answer to an http step: the arguments of `resume`.
public struct Answer: Sendable {
  public var state: JSON
  public var head: ResponseHead
  public var body: [UInt8]
  public var nowMilliseconds: Int64

  public init(state: JSON, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64) {
    self.state = state
    self.head = head
    self.body = body
    self.nowMilliseconds = nowMilliseconds
  }

  /// The body as JSON, or nil when it is none. Vendors repeat keys now and then: the last one wins.
  public var json: JSON? { try? JSON(parsing: body, limits: .lenient) }

  /// `Retry-After` in milliseconds, when it is given in seconds.
  public var retryAfterMilliseconds: Int64? {
    guard let text = head.headers.header("retry-after"), let seconds = Int64(text), (0...86_400).contains(seconds)
    else { return nil }
    return seconds * 1_000
  }
}

/// The arguments of `decode`.
public struct DecodeCall: Sendable {
  public var route: String
  public var head: RequestHead
  public var body: [UInt8]

  public init(route: String, head: RequestHead, body: [UInt8]) {
    self.route = route
    self.head = head
    self.body = body
  }
}

/// The arguments of `callback`.
public struct CallbackCall: Sendable {
  public var head: RequestHead
  public var body: [UInt8]
  public var task: VideoTask

  public init(head: RequestHead, body: [UInt8], task: VideoTask) {
    self.head = head
    self.body = body
    self.task = task
  }
}
