// SPDX-License-Identifier: Apache-2.0
import FilmgateABI
import Glibc
import OrderedJSON
public import VideoDocuments

/// A plugin's shared library, opened, described and bound. It is never closed: a Swift runtime inside it would leave
/// pointers behind. One call at a time.
public final class PluginLibrary {
  /// The major of the C contract that this host speaks.
  public static let abiMajor = 1
  /// Bytes that a manifest can have.
  public static let maximumManifestBytes = 256 << 10
  /// Other majors that are looked for when a file lacks ours, to say what it was built for.
  private static let otherMajors = [2, 3, 4, 5, 6, 7, 8, 9, 0]

  /// One declared operation.
  public enum Operation {
    case bound(BoundOperation)
    case disabled(BindingFailure)
  }

  /// The manifest as the plugin wrote it.
  public let manifestBytes: [UInt8]
  /// In the manifest's order; a frame names an operation by its index.
  public let operations: [Operation]

  /// Opens the library at `path`, runs its constructors, has it describe itself and binds what it declares.
  ///
  /// `preferringOwnSymbols` keeps a plugin from being bound to equally named functions of the process's own
  /// libraries; the in-process case needs it, and sanitizers forbid it. Without `checkingManifest` only the operations
  /// are read, for a worker, whose host reads the rest.
  public init(
    path: String, preferringOwnSymbols: Bool = false, checkingManifest: Bool = true
  ) throws(LoadFailure) {
    var flags = RTLD_NOW | RTLD_LOCAL
    if preferringOwnSymbols { flags |= RTLD_DEEPBIND }
    guard let handle = dlopen(path, flags) else { throw LoadFailure(linkerMessage: dlerror(), path: path) }
    manifestBytes = try PluginLibrary.describe(handle)
    let declarations =
      checkingManifest
      ? try PluginLibrary.parse(manifestBytes).operations : try PluginLibrary.parseOperations(manifestBytes)
    operations = declarations.map { declaration in
      do throws(BindingFailure) {
        let plan = try CallPlan(declaration)
        guard let address = dlsym(handle, plan.symbol) else {
          throw .missingSymbol(operation: plan.operation, symbol: plan.symbol)
        }
        return .bound(try BoundOperation(plan, function: address))
      } catch {
        return .disabled(error)
      }
    }
  }

  /// Reads what a plugin wrote as its manifest; the host reads cached ones with it too.
  public static func parse(_ bytes: [UInt8]) throws(LoadFailure) -> Manifest {
    guard bytes.count <= maximumManifestBytes else { throw .manifestTooLarge }
    let json: JSON
    do {
      json = try JSON(parsing: bytes)
    } catch {
      throw .manifestNotJSON("\(error)")
    }
    let manifest: Manifest
    do {
      manifest = try Manifest(json)
    } catch {
      throw .manifestInvalid("\(error)")
    }
    if let feature = manifest.requires.first(where: { !Manifest.understoodFeatures.contains($0) }) {
      throw .manifestInvalid("it requires “\(feature)”, which this host does not understand")
    }
    return manifest
  }

  private static func parseOperations(_ bytes: [UInt8]) throws(LoadFailure) -> [OperationDeclaration] {
    guard let slice = ManifestScan.value(of: "operations", in: bytes) else { return try parse(bytes).operations }
    let json: JSON
    do {
      json = try JSON(parsing: Array(slice))
    } catch {
      // Where in the document it is wrong, the whole says.
      return try parse(bytes).operations
    }
    do {
      var declarations: [OperationDeclaration] = []
      for (index, element) in (json.array ?? []).enumerated() {
        declarations.append(try OperationDeclaration(element, at: "operations[\(index)]"))
      }
      return declarations
    } catch {
      throw .manifestInvalid("\(error)")
    }
  }

  private static func describe(_ handle: UnsafeMutableRawPointer) throws(LoadFailure) -> [UInt8] {
    guard let symbol = dlsym(handle, "filmgate_describe_\(abiMajor)") else {
      for major in otherMajors where dlsym(handle, "filmgate_describe_\(major)") != nil {
        throw .otherABI(major: major)
      }
      throw .notAPlugin
    }
    typealias Describe =
      @convention(c) (UnsafePointer<filmgate_host>, UnsafeMutablePointer<filmgate_out>) -> Int32
    let sink = OutputSink(limit: maximumManifestBytes)
    let status = unsafeBitCast(symbol, to: Describe.self)(HostServices.interface, sink.interface)
    // The size is looked at first: a plugin that noticed it rightly returned FILMGATE_LIMIT.
    guard !sink.hasOverflowed else { throw .manifestTooLarge }
    guard status == Int32(bitPattern: FILMGATE_OK.rawValue) else { throw .describeFailed(status: status) }
    guard !sink.output.isEmpty else { throw .noManifest }
    return Array(sink.output)
  }
}

extension LoadFailure {
  /// Reads what the dynamic linker says, which has no error numbers.
  init(linkerMessage: UnsafeMutablePointer<CChar>?, path: String) {
    guard let linkerMessage else {
      self = .refusedByLinker("no reason given")
      return
    }
    var message = String(cString: linkerMessage)
    if message.hasPrefix(path + ": ") { message.removeFirst(path.count + 2) }
    if message.hasPrefix("undefined symbol: ") {
      self = .undefinedSymbol(String(message.dropFirst("undefined symbol: ".count).prefix { $0 != " " && $0 != "," }))
    } else if let colon = message.firstIndex(of: ":"),
      message[colon...].hasPrefix(": cannot open shared object file")
    {
      self = .missingLibrary(String(message[..<colon]))
    } else {
      self = .refusedByLinker(message)
    }
  }
}
