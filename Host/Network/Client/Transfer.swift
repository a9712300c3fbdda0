// SPDX-License-Identifier: Apache-2.0
import CCurl
import CLinux
import EventLoop
import Glibc

/// How a transfer ended, before anyone makes an outcome of it.
enum TransferEnd: Sendable {
  case response(ReceivedResponse)
  case failed(TransportFailure)
}

/// One exchange while libcurl works on it. Everything happens on the loop thread: libcurl calls back only from inside
/// calls that the engine makes there.
@LoopActor final class Transfer {
  /// Why a callback told libcurl to stop.
  enum Stop {
    case tooLarge(limitBytes: Int)
    case headTooLarge
    case body(MessageBodyFailure)
    case file(errno: Int32)
    case wrongPart
    case repeated
    /// Enough of a refusal's body has been read.
    case enough
  }

  let plan: TransferPlan
  let sink: (any TransferSink)?
  var handle: CurlLibrary.Handle?
  var headerList: UnsafeMutablePointer<curl_slist>?
  /// libcurl writes its words for an error here. Not isolated, so that `deinit` may free it: by then nobody else can.
  nonisolated(unsafe) let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  var finish: ((TransferEnd) -> Void)?
  var isQueued = false

  private var reader: MessageBodyReader
  private(set) var head = ResponseHead()
  private var body: [UInt8] = []
  private(set) var stop: Stop?
  private(set) var blocked: NetworkAddress?
  /// How often libcurl came to the point where the next thing it does is to send the request.
  private(set) var starts = 0

  init(_ plan: TransferPlan, sink: (any TransferSink)? = nil) {
    self.plan = plan
    self.sink = sink
    reader = MessageBodyReader(plan.body)
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { errorText.deallocate() }

  // MARK: What libcurl asks

  /// A socket for this address, or -1 when the request may not go there. This is the resolved address: a name that
  /// changes its answer after a check gains nothing.
  func openSocket(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
    let family = address.pointee.family
    if !plan.allowsPrivateAddresses && plan.proxy == nil {
      let target = NetworkAddress(address)
      guard let target, target.isPublic else {
        blocked = target
        return -1
      }
    }
    return socket(family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
  }

  /// The connection stands, new or used before; the request comes next. `address` is that of the peer.
  func start(_ address: String) -> Bool {
    if !plan.allowsPrivateAddresses && plan.proxy == nil {
      // A connection of an earlier request that was allowed to go there must not serve this one.
      guard let target = NetworkAddress(address), target.isPublic else {
        blocked = NetworkAddress(address)
        return false
      }
    }
    if starts > 0 && !plan.isRepeatable {
      stop = .repeated
      return false
    }
    starts += 1
    return true
  }

  func receiveHead(_ line: UnsafeRawBufferPointer) -> Int {
    guard head.add(line) else {
      stop = .headTooLarge
      return 0
    }
    if head.isComplete, let sink, let status = head.status, sink.accepts(status) { sink.begins(head) }
    return line.count
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    if let sink, let status = head.status, sink.accepts(status) {
      switch sink.receive(bytes, head) {
      case .taken: return bytes.count
      case .wait: return Int(CURL_WRITEFUNC_PAUSE)
      case .tooLarge(let limit): stop = .tooLarge(limitBytes: limit)
      case .failed(let errno): stop = .file(errno: errno)
      case .wrongPart: stop = .wrongPart
      }
      return 0
    }
    guard body.count + bytes.count <= plan.maximumResponseBytes else {
      stop = sink == nil ? .tooLarge(limitBytes: plan.maximumResponseBytes) : .enough
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  func sendBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    do throws(MessageBodyFailure) {
      return try reader.read(into: buffer)
    } catch {
      stop = .body(error)
      return Int(CURL_READFUNC_ABORT)
    }
  }

  /// Goes back to the start of the body, for a connection that turned out to be dead; nothing else is asked for.
  func seek(to offset: Int64) -> Bool {
    guard offset == 0 else { return false }
    reader.rewind()
    return true
  }

  // MARK: The end

  /// What `code` and everything seen on the way amount to. `sentBytes` counts what was written of the request.
  func end(_ code: CURLcode, sentBytes: Int, libraryText: String) -> TransferEnd {
    let delivery: TransportFailure.Delivery = starts > 0 && sentBytes > 0 ? .unknown : .notSent
    func failed(_ kind: TransportFailure.Kind, _ detail: String) -> TransferEnd {
      .failed(TransportFailure(kind, delivery, detail, status: head.isComplete ? head.status : nil))
    }
    if code == CURLE_OK || isEnough, let status = head.status {
      return .response(ReceivedResponse(status: status, headers: head.headers, body: body))
    }
    switch stop {
    case .tooLarge(let limit): return failed(.tooLarge, "the answer has more than \(limit) bytes")
    case .headTooLarge: return failed(.tooLarge, "the answer's head has more than \(ResponseHead.maximumBytes) bytes")
    case .body(.shrunk): return failed(.bodySource, "a file became shorter while it was sent")
    case .body(.unreadable(let errno)): return failed(.bodySource, String(cString: strerror(errno)))
    case .file(let errno): return failed(.localFile, String(cString: strerror(errno)))
    case .wrongPart: return failed(.protocolViolation, "the server sent another part of the file than was asked for")
    case .repeated: return failed(.closed, "the connection ended without an answer")
    case .enough, nil: break
    }
    // Another address of the same name may have been public, and failed for its own reasons: only then not this.
    if let blocked, code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK {
      return failed(.blockedAddress, "\(plan.url.host) is at \(blocked), which is not a public address")
    }
    let text = String(cString: errorText)
    let kind: TransportFailure.Kind
    if code == CURLE_OPERATION_TIMEDOUT && plan.hasLowSpeedLimit && starts > 0 {
      kind = .slow
    } else {
      kind = TransportFailure.Kind(code, isStarted: starts > 0, hasHead: head.isComplete)
    }
    return failed(kind, text.isEmpty ? libraryText : text)
  }

  private var isEnough: Bool { if case .enough = stop { true } else { false } }
}

extension NetworkAddress {
  /// The address in libcurl's own structure, whose last member is a `sockaddr` with room for longer ones.
  fileprivate init?(_ address: UnsafePointer<curl_sockaddr>) {
    guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
    self.init(UnsafeRawPointer(address).advanced(by: offset).assumingMemoryBound(to: sockaddr.self))
  }
}
