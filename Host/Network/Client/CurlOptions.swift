// SPDX-License-Identifier: Apache-2.0
import CCurl
import EventLoop

/// Sets the options of one libcurl handle and remembers the first that was refused.
@LoopActor struct CurlOptions {
  private let library: CurlLibrary
  private let handle: CurlLibrary.Handle
  private(set) var failed = CURLE_OK

  init(_ library: CurlLibrary, _ handle: CurlLibrary.Handle) {
    self.library = library
    self.handle = handle
  }

  /// `isAlone`: no other exchange with the host is under way.
  mutating func apply(_ transfer: Transfer, isAlone: Bool) {
    let plan = transfer.plan
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_URL, plan.url.description)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    // What we do not say, libcurl must not add from a file or the environment.
    set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    set(CURLOPT_PROXY, plan.proxy ?? "")
    set(CURLOPT_NOPROXY, "")
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_BUFFERSIZE, plan.bufferBytes)
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(plan.connectTimeoutMilliseconds))
    if let timeout = plan.timeoutMilliseconds { set(CURLOPT_TIMEOUT_MS, Int(timeout)) }
    if let lowSpeed = plan.lowSpeed {
      set(CURLOPT_LOW_SPEED_LIMIT, lowSpeed.bytesPerSecond)
      set(CURLOPT_LOW_SPEED_TIME, lowSpeed.seconds)
    }
    switch plan.version {
    case .http1: set(CURLOPT_HTTP_VERSION, 2)  // CURL_HTTP_VERSION_1_1, a macro beside an enum without a Swift name
    case .automatic: set(CURLOPT_HTTP_VERSION, 4)  // CURL_HTTP_VERSION_2TLS
    }
    if let file = plan.certificateFile { set(CURLOPT_CAINFO, file) }
    if !plan.isRepeatable {
      set(CURLOPT_FRESH_CONNECT, 1)
      // Of many at once one connection is left to those who look later: libcurl walks all that it keeps.
      if !isAlone { set(CURLOPT_FORBID_REUSE, 1) }
    }
    setMethod(plan)
    setHeaders(transfer)
    setCallbacks(transfer)
  }

  private mutating func setMethod(_ plan: TransferPlan) {
    switch plan.method {
    case "GET" where plan.body.contentLength == 0: set(CURLOPT_HTTPGET, 1)
    case "HEAD": set(CURLOPT_NOBODY, 1)
    default:
      if plan.body.contentLength > 0 || ["POST", "PUT", "PATCH"].contains(plan.method) {
        set(CURLOPT_POST, 1)
        setOffset(CURLOPT_POSTFIELDSIZE_LARGE, plan.body.contentLength)
      }
      set(CURLOPT_CUSTOMREQUEST, plan.method)
    }
  }

  private mutating func setHeaders(_ transfer: Transfer) {
    var lines = transfer.plan.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    // libcurl would wait a second for "100 Continue" before a long body, and name a form's type for any body.
    if transfer.plan.headers.first("expect") == nil { lines.append("Expect:") }
    if transfer.plan.headers.first("content-type") == nil { lines.append("Content-Type:") }
    for line in lines {
      guard let list = library.listAppend(transfer.headerList, line) else {
        failed = CURLE_OUT_OF_MEMORY
        return
      }
      transfer.headerList = list
    }
    setPointer(CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(transfer.headerList))
  }

  private mutating func setCallbacks(_ transfer: Transfer) {
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    setPointer(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(transfer.errorText))
    setData(CURLOPT_WRITEFUNCTION, CurlCallbacks.write)
    setPointer(CURLOPT_WRITEDATA, context)
    setData(CURLOPT_HEADERFUNCTION, CurlCallbacks.head)
    setPointer(CURLOPT_HEADERDATA, context)
    setData(CURLOPT_READFUNCTION, CurlCallbacks.read)
    setPointer(CURLOPT_READDATA, context)
    setPointer(CURLOPT_SEEKFUNCTION, unsafeBitCast(CurlCallbacks.seek, to: UnsafeMutableRawPointer.self))
    setPointer(CURLOPT_SEEKDATA, context)
    setPointer(CURLOPT_OPENSOCKETFUNCTION, unsafeBitCast(CurlCallbacks.openSocket, to: UnsafeMutableRawPointer.self))
    setPointer(CURLOPT_OPENSOCKETDATA, context)
    setPointer(CURLOPT_PREREQFUNCTION, unsafeBitCast(CurlCallbacks.start, to: UnsafeMutableRawPointer.self))
    setPointer(CURLOPT_PREREQDATA, context)
  }

  private mutating func note(_ code: CURLcode) {
    if code != CURLE_OK && failed == CURLE_OK { failed = code }
  }

  private mutating func set(_ option: CURLoption, _ value: Int) {
    note(filmgate_curl_set_long(library.setOption, handle, option, value))
  }

  private mutating func set(_ option: CURLoption, _ value: String) {
    note(filmgate_curl_set_string(library.setOption, handle, option, value))
  }

  private mutating func setOffset(_ option: CURLoption, _ value: Int64) {
    note(filmgate_curl_set_offset(library.setOption, handle, option, curl_off_t(value)))
  }

  private mutating func setPointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
    note(filmgate_curl_set_pointer(library.setOption, handle, option, value))
  }

  private mutating func setData(_ option: CURLoption, _ function: @escaping filmgate_curl_data_function) {
    note(filmgate_curl_set_data(library.setOption, handle, option, function))
  }
}
