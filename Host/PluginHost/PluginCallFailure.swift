// SPDX-License-Identifier: Apache-2.0
public import Loader
import OrderedJSON
public import VideoDocuments

/// What a plugin answered.
public struct PluginReply: Sendable, Hashable {
  public let status: ProviderStatus
  /// The document that it wrote.
  public let output: [UInt8]

  public init(status: ProviderStatus, output: [UInt8]) {
    self.status = status
    self.output = output
  }

  /// The failure that the plugin wrote; nil when the status is OK or it wrote none that can be read.
  public var statedFailure: Failure? {
    guard status != .ok, !output.isEmpty, let json = try? JSON(parsing: output) else { return nil }
    return try? Failure(json)
  }

  /// The failure that it means, nil when the status is OK. A plugin should have written a Failure document; where it
  /// wrote none that can be read, the status says what there is to say.
  public func failure(plugin: String) -> Failure? {
    guard status != .ok else { return nil }
    if let statedFailure { return statedFailure }
    switch status {
    case .limit where output.isEmpty:
      return Failure(
        .plugin, "The plugin \(plugin) answered with more than \(OutputSink.maximumBytes >> 20) MiB.",
        advice: "This is a fault of the plugin; look for a newer version.")
    default:
      return Failure(status.failureKind, "The plugin \(plugin) reports “\(status)” without saying more.")
    }
  }
}

/// Why a plugin gave no answer.
public enum PluginCallFailure: Error, Sendable, Hashable {
  /// No plugin has this id.
  case noSuchPlugin(String)
  /// It failed too often.
  case quarantined(plugin: String, reason: String)
  /// Its file is not the one that was listed, or not the pinned one.
  case changed(plugin: String)
  /// Its file can no longer be used.
  case unusable(plugin: String, reason: String)
  /// It has no such operation.
  case noSuchOperation(plugin: String, operation: String)
  /// The operation is disabled; the reason is a sentence of its own.
  case disabled(plugin: String, operation: String, reason: String)
  /// The values do not fit the operation's parameters.
  case argument(plugin: String, ArgumentFailure)
  /// Its worker failed.
  case worker(plugin: String, operation: String, WorkerFailure)

  /// One sentence for people.
  public var sentence: String {
    switch self {
    case .noSuchPlugin(let plugin): "There is no plugin “\(plugin)”."
    case .quarantined(let plugin, let reason): "The plugin \(plugin) is not used: \(reason)"
    case .changed(let plugin): "The file of the plugin \(plugin) is not the one that was checked."
    case .unusable(let plugin, let reason): "The plugin \(plugin) cannot be used: \(reason)"
    case .noSuchOperation(let plugin, let operation): "The plugin \(plugin) has no operation “\(operation)”."
    case .disabled(let plugin, _, let reason): "\(reason) (Plugin \(plugin).)"
    case .argument(_, let failure): failure.sentence
    case .worker(let plugin, let operation, let failure):
      "The plugin \(plugin) failed in its operation \(operation): \(failure.sentence)"
    }
  }

  /// The same as a document.
  public var failure: Failure {
    switch self {
    case .argument(_, .missing(_, let parameter)), .argument(_, .mismatch(_, let parameter, _)),
      .argument(_, .unknown(_, let parameter)):
      Failure(.invalid, sentence, field: parameter)
    case .argument(_, .tooLarge): Failure(.limit, sentence)
    case .noSuchPlugin:
      Failure(.plugin, sentence, advice: "“filmgate plugins list” shows the plugins there are.")
    case .quarantined:
      Failure(.plugin, sentence, advice: "Install a newer version of it, or wait; then try again.")
    case .changed: Failure(.plugin, sentence, advice: "Run the command again.", isRetryable: true)
    case .noSuchOperation: Failure(.unsupported, sentence)
    case .unusable, .disabled: Failure(.plugin, sentence, advice: "“filmgate plugins list” shows what is wrong.")
    case .worker(_, _, let failure):
      Failure(
        .plugin, sentence, advice: "This is a fault of the plugin; look for a newer version.",
        isRetryable: failure == .interrupted)
    }
  }
}
