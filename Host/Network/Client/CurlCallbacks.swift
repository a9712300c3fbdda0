// SPDX-License-Identifier: Apache-2.0
import CCurl
import EventLoop

/// The C functions that libcurl calls. They are not isolated, as C knows no actors; libcurl calls them only inside calls
/// of the engine, so on the loop thread, and `assumeIsolated` checks that. The pointer given to each is a `Transfer` (for
/// the last two the engine) that the engine keeps alive while libcurl knows it.
enum CurlCallbacks {
  typealias Pointer = UnsafeMutableRawPointer

  static let write: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, Pointer?) -> Int = {
    bytes, size, count, context in
    // Sound: libcurl lends it for this call, and `onLoop` returns before the call does.
    nonisolated(unsafe) let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return onLoop(context) { $0.receiveBody(buffer) } ?? 0
  }

  static let head: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, Pointer?) -> Int = {
    bytes, size, count, context in
    // Sound: libcurl lends it for this call, and `onLoop` returns before the call does.
    nonisolated(unsafe) let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return onLoop(context) { $0.receiveHead(buffer) } ?? 0
  }

  static let read: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, Pointer?) -> Int = {
    bytes, size, count, context in
    // Sound: libcurl lends it for this call, and `onLoop` returns before the call does.
    nonisolated(unsafe) let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    return onLoop(context) { $0.sendBody(buffer) } ?? Int(CURL_READFUNC_ABORT)
  }

  static let seek: @convention(c) (Pointer?, curl_off_t, Int32) -> Int32 = { context, offset, origin in
    guard origin == 0 else { return Int32(CURL_SEEKFUNC_CANTSEEK) }
    return onLoop(context) { $0.seek(to: Int64(offset)) } == true
      ? Int32(CURL_SEEKFUNC_OK) : Int32(CURL_SEEKFUNC_CANTSEEK)
  }

  static let openSocket:
    @convention(c) (Pointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t = {
      context, _, address in
      guard let address else { return -1 }
      // Sound: lent for this call, as above.
      nonisolated(unsafe) let target = UnsafePointer(address)
      return onLoop(context) { $0.openSocket(target) } ?? -1
    }

  static let start:
    @convention(c) (Pointer?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int32, Int32) -> Int32 = {
      context, address, _, _, _ in
      let peer = address.map { String(cString: $0) } ?? ""
      return onLoop(context) { $0.start(peer) } == true ? Int32(CURL_PREREQFUNC_OK) : Int32(CURL_PREREQFUNC_ABORT)
    }

  static let socket: @convention(c) (CurlLibrary.Handle?, curl_socket_t, Int32, Pointer?, Pointer?) -> Int32 = {
    _, descriptor, what, context, _ in
    guard let context else { return -1 }
    let address = UInt(bitPattern: context)
    return LoopActor.assumeIsolated { engine(address)?.watch(descriptor, what) ?? -1 }
  }

  static let timer: @convention(c) (CurlLibrary.Handle?, Int, Pointer?) -> Int32 = { _, milliseconds, context in
    guard let context else { return -1 }
    let address = UInt(bitPattern: context)
    return LoopActor.assumeIsolated {
      engine(address)?.setTimer(milliseconds)
      return 0
    }
  }

  private static func onLoop<Value: Sendable>(_ context: Pointer?, _ body: @LoopActor (Transfer) -> Value) -> Value? {
    guard let context else { return nil }
    let address = UInt(bitPattern: context)
    return LoopActor.assumeIsolated {
      Pointer(bitPattern: address).map { body(Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue()) }
    }
  }

  private static func engine(_ address: UInt) -> CurlEngine? {
    Pointer(bitPattern: address).map { Unmanaged<CurlEngine>.fromOpaque($0).takeUnretainedValue() }
  }
}
