// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a caller's request in some wire format means: the result of `decode`.
///
/// JSON: `{"create": VideoRequest, "ledger"?: […]}`, `{"get": {"id", "options"?}}`, `{"list": {…}}`,
/// `{"cancel": {"id"}}`, `{"remove": {"id"}}` or `{"reply": HTTPReply}` for routes that need no task.
public enum Intent: JSONDocument {
  /// Inputs may hold `filmgate-asset:NAME` links where the host took inline bytes out of the body before decoding. The
  /// ledger speaks of fields that the dialect knows and this request cannot carry on (`unsupported`).
  case create(VideoRequest, ledger: [LedgerEntry])
  /// By our id, or by the caller's external id. `options` are the query's own wishes (such as `req_json`).
  case get(id: String, options: JSONObject)
  case list(TaskFilter)
  case cancel(id: String)
  /// Cancel if not over, else delete the record.
  case remove(id: String)
  case reply(HTTPReply)

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    if reader.value("create") != nil {
      self = .create(try reader.document("create"), ledger: try reader.documents("ledger"))
    } else if let get = try reader.objectReader("get") {
      self = .get(id: try get.text("id"), options: try get.optionalObject("options") ?? JSONObject())
    } else if reader.value("list") != nil {
      self = .list(try reader.document("list"))
    } else if let cancel = try reader.objectReader("cancel") {
      self = .cancel(id: try cancel.text("id"))
    } else if let remove = try reader.objectReader("remove") {
      self = .remove(id: try remove.text("id"))
    } else if reader.value("reply") != nil {
      self = .reply(try reader.document("reply"))
    } else {
      throw DocumentFailure(
        path: path, reason: .wrongType(expected: "an intent: one of create, get, list, cancel, remove and reply"))
    }
  }

  public var json: JSON {
    switch self {
    case .create(let request, let ledger):
      var object: JSONObject = ["create": request.json]
      object.add("ledger", ledger)
      return .object(object)
    case .get(let id, let options):
      var object: JSONObject = ["id": .string(id)]
      if !options.isEmpty { object["options"] = .object(options) }
      return ["get": .object(object)]
    case .list(let filter): return ["list": filter.json]
    case .cancel(let id): return ["cancel": ["id": .string(id)]]
    case .remove(let id): return ["remove": ["id": .string(id)]]
    case .reply(let reply): return ["reply": reply.json]
    }
  }
}

/// Which tasks a list is to show. JSON: `{"page_number"?, "page_size"?, "ids"?, "phase"?, "model"?, "scenarios"?}`;
/// pages count from 1.
public struct TaskFilter: JSONDocument {
  public var pageNumber: Int
  public var pageSize: Int
  public var ids: [String]
  public var phase: TaskPhase?
  public var model: String?
  /// By what the clip begins with: the role of the first input, or `text` where there is none. Empty: all.
  public var scenarios: [String]

  /// What `scenarios` is compared with.
  public static func scenario(of request: VideoRequest) -> String { request.inputs.first?.role ?? "text" }

  public init(pageNumber: Int = 1, pageSize: Int = 20) {
    self.pageNumber = pageNumber
    self.pageSize = pageSize
    ids = []
    scenarios = []
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    pageNumber = try reader.optionalInteger("page_number") ?? 1
    pageSize = try reader.optionalInteger("page_size") ?? 20
    ids = try reader.texts("ids")
    phase = try reader.optionalWord("phase")
    model = try reader.optionalText("model")
    scenarios = try reader.texts("scenarios")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("page_number", pageNumber)
    object.add("page_size", pageSize)
    object.add("ids", ids)
    object.add("phase", phase?.rawValue)
    object.add("model", model)
    object.add("scenarios", scenarios)
    return .object(object)
  }
}
