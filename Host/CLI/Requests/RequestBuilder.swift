// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import Glibc
import Network
import OrderedJSON
import Store
import VideoDocuments

/// Puts a request together: from a file or a prompt, then the shape options over it, then the inputs.
@LoopActor struct RequestBuilder {
  let session: Session
  let engine: Engine

  /// Inputs that one request may have; more is a slip.
  static let maximumInputs = 32

  func build(_ arguments: GenerateArguments) async throws(Failure) -> RequestDraft {
    let command = arguments.command
    var draft = RequestDraft(decoded: DecodedParts(request: VideoRequest(model: "")), assets: [])
    if let path = command.value("request") {
      draft = try await RequestFileReader(engine: engine).read(path)
    }
    let loader = InputLoader(folder: AssetFolder(path: engine.locations.assetFolder), client: engine.client)
    return try await Self.complete(draft, arguments, loader: loader)
  }

  /// Lays what was typed over a request: prompt, shape, inputs. `isAgain`: the first argument is a job, and the shape
  /// is laid over already.
  static func complete(
    _ started: RequestDraft, _ arguments: GenerateArguments, loader: InputLoader, isAgain: Bool = false
  ) async throws(Failure) -> RequestDraft {
    var draft = started
    let command = arguments.command
    if isAgain { return draft }
    if let prompt = command.positionals.first {
      draft.decoded.request.prompt = prompt == "-" ? try await standardInputText() : prompt
    }
    do throws(UsageFailure) {
      try ShapeArguments.apply(command, to: &draft.decoded.request)
    } catch {
      throw error.failure(of: command.path)
    }
    guard draft.decoded.request.inputs.count + arguments.inputs.count <= maximumInputs else {
      throw Failure(
        .limit, "The request has more than \(maximumInputs) inputs.", field: "inputs", advice: "leave some out")
    }
    for (option, argument) in arguments.inputs {
      let id = "a\(draft.assets.count + 1)"
      let (input, asset) = try await loader.load(argument, id: id, option: option)
      draft.decoded.request.inputs.append(input)
      if let asset { draft.assets.append(asset) }
    }
    return draft
  }

  /// The same request as an earlier job's, with what was typed now laid over it.
  static func again(
    _ job: JobRecord, _ arguments: GenerateArguments, checksInputs: Bool = true
  ) throws(Failure) -> RequestDraft {
    var request = job.request
    request.externalID = nil
    // What planning filled in is left to planning again: another model may have other defaults.
    for entry in job.ledger where entry.outcome == .defaulted {
      let name = entry.field.hasPrefix("options.") ? String(entry.field.dropFirst(8)) : entry.field
      do throws(DocumentFailure) {
        try request.setValue(Optional.none, of: name)
      } catch {
        throw Failure(.internal, "The request of \(job.id) cannot be read again: \(error).")
      }
    }
    do throws(UsageFailure) {
      try ShapeArguments.apply(arguments.command, to: &request)
    } catch {
      throw error.failure(of: arguments.command.path)
    }
    for asset in job.assets where checksInputs && access(asset.path, R_OK) != 0 {
      throw Failure(
        .invalid, "The input \(asset.path) of \(job.id) is gone.", field: "inputs",
        advice: "start a new job with `filmgate generate`")
    }
    return RequestDraft(decoded: DecodedParts(request: request), assets: job.assets)
  }

  private static func standardInputText() async throws(Failure) -> String {
    let bytes = try await StandardInput.read(maximumBytes: PromptLimit.maximumBytes)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.invalid, "The prompt on standard input is not valid UTF-8.", field: "prompt", advice: "convert it")
    }
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}

/// How much prompt is read before the planner says what it thinks of it.
enum PromptLimit {
  static let maximumBytes = 8 << 20
}

/// Reads standard input to its end.
enum StandardInput {
  static func read(maximumBytes: Int) async throws(Failure) -> [UInt8] {
    try await Blocking.run { () -> Result<[UInt8], Failure> in
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = Glibc.read(0, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else {
          return .failure(Failure(.invalid, "Standard input cannot be read: \(String(cString: strerror(errno)))."))
        }
        if count == 0 { return .success(bytes) }
        bytes += buffer[0..<count]
        guard bytes.count <= maximumBytes else {
          return .failure(
            Failure(
              .limit, "Standard input is longer than \(ByteText.text(Int64(maximumBytes))).", advice: "make it shorter")
          )
        }
      }
    }.get()
  }
}
