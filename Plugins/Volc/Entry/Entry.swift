// SPDX-License-Identifier: Apache-2.0

// The names are those of the C header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import FilmgateABI
import ProviderKit
import VolcProvider

private typealias Plugin = PluginEntry<VolcProvider>

@c @implementation
public func filmgate_describe_1(
  _ host: UnsafePointer<filmgate_host>, _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.describe(out)
}

@c @implementation
public func filmgate_create(
  _ request: UnsafePointer<CChar>?, _ requestLength: UInt64, _ connection: UnsafePointer<CChar>?,
  _ connectionLength: UInt64, _ nowMilliseconds: Int64, _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.create(request, requestLength, connection, connectionLength, nowMilliseconds, out)
}

@c @implementation
public func filmgate_poll(
  _ task: UnsafePointer<CChar>?, _ taskLength: UInt64, _ state: UnsafePointer<CChar>?, _ stateLength: UInt64,
  _ connection: UnsafePointer<CChar>?, _ connectionLength: UInt64, _ nowMilliseconds: Int64,
  _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.poll(task, taskLength, state, stateLength, connection, connectionLength, nowMilliseconds, out)
}

@c @implementation
public func filmgate_cancel(
  _ task: UnsafePointer<CChar>?, _ taskLength: UInt64, _ state: UnsafePointer<CChar>?, _ stateLength: UInt64,
  _ connection: UnsafePointer<CChar>?, _ connectionLength: UInt64, _ nowMilliseconds: Int64,
  _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.cancel(task, taskLength, state, stateLength, connection, connectionLength, nowMilliseconds, out)
}

@c @implementation
public func filmgate_resume(
  _ state: UnsafePointer<CChar>?, _ stateLength: UInt64, _ head: UnsafePointer<CChar>?, _ headLength: UInt64,
  _ body: UnsafeRawPointer?, _ bodyLength: UInt64, _ nowMilliseconds: Int64,
  _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.resume(state, stateLength, head, headLength, body, bodyLength, nowMilliseconds, out)
}

@c @implementation
public func filmgate_quote(
  _ request: UnsafePointer<CChar>?, _ requestLength: UInt64, _ prices: UnsafePointer<CChar>?, _ pricesLength: UInt64,
  _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.quote(request, requestLength, prices, pricesLength, out)
}

@c @implementation
public func filmgate_decode(
  _ route: UnsafePointer<CChar>?, _ routeLength: UInt64, _ head: UnsafePointer<CChar>?, _ headLength: UInt64,
  _ body: UnsafeRawPointer?, _ bodyLength: UInt64, _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.decode(route, routeLength, head, headLength, body, bodyLength, out)
}

@c @implementation
public func filmgate_encode(
  _ route: UnsafePointer<CChar>?, _ routeLength: UInt64, _ outcome: UnsafePointer<CChar>?, _ outcomeLength: UInt64,
  _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.encode(route, routeLength, outcome, outcomeLength, out)
}

@c @implementation
public func filmgate_callback(
  _ head: UnsafePointer<CChar>?, _ headLength: UInt64, _ body: UnsafeRawPointer?, _ bodyLength: UInt64,
  _ task: UnsafePointer<CChar>?, _ taskLength: UInt64, _ out: UnsafeMutablePointer<filmgate_out>
) -> Int32 {
  Plugin.callback(head, headLength, body, bodyLength, task, taskLength, out)
}
