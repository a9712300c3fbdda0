// SPDX-License-Identifier: Apache-2.0
import CCurl
import Glibc

/// Why libcurl cannot be used.
public enum CurlLibraryFailure: Error, Sendable, Hashable {
  /// The library is not installed; the loader's own words.
  case missing(String)
  /// The library lacks a function that every supported version has.
  case missingFunction(String)
  /// Older than 7.85; the version found.
  case tooOld(String)
  /// The library could not set itself up.
  case setup
}

/// libcurl, opened on first use: linking it would cost every start 5 ms. The functions of the list below, and no others.
/// Sound to share: the members are addresses of functions, set once and never changed.
struct CurlLibrary: @unchecked Sendable {

  static let name = "libcurl.so.4"
  /// 7.85 brought `CURLOPT_PROTOCOLS_STR`; 7.80 `CURLOPT_PREREQFUNCTION`.
  static let oldestVersion: UInt32 = 0x07_5500

  typealias Handle = UnsafeMutableRawPointer
  let easyInit: @convention(c) () -> Handle?
  let easyCleanup: @convention(c) (Handle?) -> Void
  let easyPause: @convention(c) (Handle?, Int32) -> CURLcode
  let easyText: @convention(c) (CURLcode) -> UnsafePointer<CChar>?
  let multiInit: @convention(c) () -> Handle?
  let multiAdd: @convention(c) (Handle?, Handle?) -> CURLMcode
  let multiRemove: @convention(c) (Handle?, Handle?) -> CURLMcode
  let multiAction: @convention(c) (Handle?, curl_socket_t, Int32, UnsafeMutablePointer<Int32>) -> CURLMcode
  let multiRead: @convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> UnsafeMutablePointer<CURLMsg>?
  let listAppend:
    @convention(c) (UnsafeMutablePointer<curl_slist>?, UnsafePointer<CChar>) -> UnsafeMutablePointer<curl_slist>?
  let listFree: @convention(c) (UnsafeMutablePointer<curl_slist>?) -> Void
  let versionInfo: @convention(c) (CURLversion) -> UnsafeMutablePointer<curl_version_info_data>?
  // Variadic in C: called through the shims of CCurl, which take the address.
  let setOption: Handle
  let getInfo: Handle
  let setMultiOption: Handle

  /// The library, or why there is none. Blocks for milliseconds the first time: not for the event loop.
  static let shared: Result<CurlLibrary, CurlLibraryFailure> = {
    do throws(CurlLibraryFailure) {
      return .success(try CurlLibrary())
    } catch {
      return .failure(error)
    }
  }()

  private init() throws(CurlLibraryFailure) {
    guard let library = dlopen(Self.name, RTLD_NOW | RTLD_LOCAL) else {
      throw .missing(dlerror().map { String(cString: $0) } ?? Self.name)
    }
    func address(_ name: String) throws(CurlLibraryFailure) -> Handle {
      guard let function = dlsym(library, name) else { throw .missingFunction(name) }
      return function
    }
    func load<Function>(_ name: String, as type: Function.Type) throws(CurlLibraryFailure) -> Function {
      unsafeBitCast(try address(name), to: type)
    }
    easyInit = try load("curl_easy_init", as: (@convention(c) () -> Handle?).self)
    easyCleanup = try load("curl_easy_cleanup", as: (@convention(c) (Handle?) -> Void).self)
    easyPause = try load("curl_easy_pause", as: (@convention(c) (Handle?, Int32) -> CURLcode).self)
    easyText = try load("curl_easy_strerror", as: (@convention(c) (CURLcode) -> UnsafePointer<CChar>?).self)
    multiInit = try load("curl_multi_init", as: (@convention(c) () -> Handle?).self)
    multiAdd = try load("curl_multi_add_handle", as: (@convention(c) (Handle?, Handle?) -> CURLMcode).self)
    multiRemove = try load("curl_multi_remove_handle", as: (@convention(c) (Handle?, Handle?) -> CURLMcode).self)
    multiAction = try load(
      "curl_multi_socket_action",
      as: (@convention(c) (Handle?, curl_socket_t, Int32, UnsafeMutablePointer<Int32>) -> CURLMcode).self)
    multiRead = try load(
      "curl_multi_info_read",
      as: (@convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> UnsafeMutablePointer<CURLMsg>?).self)
    listAppend = try load(
      "curl_slist_append",
      as: (@convention(c) (UnsafeMutablePointer<curl_slist>?, UnsafePointer<CChar>) -> UnsafeMutablePointer<curl_slist>?)
        .self)
    listFree = try load("curl_slist_free_all", as: (@convention(c) (UnsafeMutablePointer<curl_slist>?) -> Void).self)
    versionInfo = try load(
      "curl_version_info", as: (@convention(c) (CURLversion) -> UnsafeMutablePointer<curl_version_info_data>?).self)
    setOption = try address("curl_easy_setopt")
    getInfo = try address("curl_easy_getinfo")
    setMultiOption = try address("curl_multi_setopt")
    let setUp = try load("curl_global_init", as: (@convention(c) (Int) -> CURLcode).self)
    guard setUp(Int(CURL_GLOBAL_ALL)) == CURLE_OK, let version = versionInfo(CURLVERSION_FIRST)?.pointee else {
      throw .setup
    }
    guard version.version_num >= Self.oldestVersion else {
      throw .tooOld(version.version.map { String(cString: $0) } ?? "?")
    }
  }

  /// The library's version, such as `7.88.1`, for a diagnosis.
  static var version: Result<String, CurlLibraryFailure> {
    shared.map { $0.versionInfo(CURLVERSION_FIRST)?.pointee.version.map { String(cString: $0) } ?? "?" }
  }
}
