// SPDX-License-Identifier: Apache-2.0

/// The host's own routes, as the document describes them; a test holds them against `HostRoutes`.
enum HostOperations {
  private static let creating = ["DryRun", "Strict", "IdempotencyKey", "RequestID"]

  static let all: [OpenAPIOperation] = videos + unified + jobs + listings + AdministrationOperations.all + operators

  private static let videos: [OpenAPIOperation] = [
    creation("/v1/videos", "createVideo", "Make a video", body: "VideoRequest"),
    OpenAPIOperation(
      method: "GET", path: "/v1/videos", name: "listVideos", tag: "videos", summary: "The caller's videos",
      parameters: ["Limit", "After", "Order", "ModelFilter", "VideoStatus"],
      replies: [(200, "One page.", .json(["VideoPage"]))],
      failure: "VideoFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/videos/{id}", name: "getVideo", tag: "videos", summary: "How a video stands",
      parameters: ["Id", "Wait"], replies: [(200, "The video.", .json(["Video"]))], failure: "VideoFailure"),
    OpenAPIOperation(
      method: "DELETE", path: "/v1/videos/{id}", name: "deleteVideo", tag: "videos",
      summary: "Cancel a video that is not over, and delete it", parameters: ["Id"],
      replies: [(200, "It is gone.", .json(["Deleted"]))], failure: "VideoFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/videos/{id}/content", name: "getVideoContent", tag: "videos",
      summary: "The clip, or a picture of it", parameters: ["Id", "Variant", "Range"],
      replies: [
        (200, "The whole file.", .media), (206, "A part of the file.", .media),
        (304, "The caller has it already.", .nothing), (416, "The file has no such part.", .nothing),
      ], failure: "VideoFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/videos/{id}/events", name: "watchVideo", tag: "videos",
      summary: "The video's changes as they come, until it is over", parameters: ["Id", "LastEventID"],
      replies: [
        (200, "Server-sent events, each a whole video.", .events), (204, "There is nothing more to come.", .nothing),
      ],
      failure: "VideoFailure"),
    creation(
      "/v1/videos/{id}/remix", "remixVideo", "The same video with another prompt", body: "RemixRequest", takesID: true),
    OpenAPIOperation(
      method: "POST", path: "/v1/videos/{id}/again", name: "repeatVideo", tag: "videos",
      summary: "The same video once more, with what is given changed", parameters: ["Id"] + creating,
      body: ["AgainRequest"], takesForms: true, isBodyRequired: false,
      replies: [(200, "The new video.", .json(["Video", "DryRun"]))], failure: "VideoFailure"),
    OpenAPIOperation(
      method: "POST", path: "/v1/videos/{id}/cancel", name: "cancelVideo", tag: "videos", summary: "Cancel a video",
      parameters: ["Id"], replies: [(200, "It was cancelled.", .json(["Video"]))], failure: "VideoFailure"),
    creation("/v1/videos/edits", "editVideo", "Change a video", body: "FollowUpRequest"),
    creation("/v1/videos/extensions", "extendVideo", "Continue a video", body: "FollowUpRequest"),
  ]

  private static func creation(
    _ path: String, _ name: String, _ summary: String, body: String, takesID: Bool = false
  ) -> OpenAPIOperation {
    OpenAPIOperation(
      method: "POST", path: path, name: name, tag: "videos", summary: summary,
      parameters: (takesID ? ["Id"] : []) + creating, body: [body], takesForms: true,
      replies: [(200, "The video, begun; or with dry_run what it would be.", .json(["Video", "DryRun"]))],
      failure: "VideoFailure")
  }

  private static let unified: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: "POST", path: "/v1/video/generations", name: "createGeneration", tag: "unified", summary: "Make a video",
      parameters: creating, body: ["UnifiedRequest"], takesForms: true,
      replies: [(200, "The task, begun; or with dry_run what it would be.", .json(["UnifiedCreated", "DryRun"]))],
      failure: "UnifiedFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/video/generations", name: "listGenerations", tag: "unified",
      summary: "The caller's tasks", parameters: ["Page", "PageSize", "Status", "ModelFilter"],
      replies: [(200, "One page.", .json(["UnifiedPage"]))], failure: "UnifiedFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/video/generations/{id}", name: "getGeneration", tag: "unified",
      summary: "How a task stands", parameters: ["Id", "Wait"],
      replies: [(200, "The task.", .json(["UnifiedTask"]))], failure: "UnifiedFailure"),
    OpenAPIOperation(
      method: "DELETE", path: "/v1/video/generations/{id}", name: "deleteGeneration", tag: "unified",
      summary: "Cancel a task that is not over, and delete it", parameters: ["Id"],
      replies: [(200, "It is gone.", .json(["Deleted"]))], failure: "UnifiedFailure"),
    OpenAPIOperation(
      method: "POST", path: "/v1/video/generations/{id}/cancel", name: "cancelGeneration", tag: "unified",
      summary: "Cancel a task", parameters: ["Id"], replies: [(200, "It was cancelled.", .json(["UnifiedTask"]))],
      failure: "UnifiedFailure"),
  ]

  private static let jobs: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: "POST", path: "/v1/jobs", name: "createJob", tag: "jobs",
      summary: "Make a video, from a canonical request or the body of any wire format",
      parameters: ["Again"] + creating,
      body: ["JobRequest"], takesForms: true,
      replies: [(200, "The job, begun; or with dry_run what it would be.", .json(["Job", "DryRun"]))],
      failure: "UnifiedFailure"),
    OpenAPIOperation(
      method: "POST", path: "/v1/requests", name: "readRequest", tag: "jobs",
      summary: "What a body in any wire format asks for, as a canonical request", body: ["AnyRequest"],
      replies: [(200, "The request, and what became of each field.", .json(["ReadRequest"]))], failure: "UnifiedFailure"
    ),
    OpenAPIOperation(
      method: "GET", path: "/v1/jobs", name: "listJobs", tag: "jobs",
      summary: "The caller's jobs with all that is kept",
      parameters: ["JobLimit", "Before", "Prefix", "State", "ModelFilter"],
      replies: [(200, "One page.", .json(["JobPage"]))], failure: "UnifiedFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/jobs/{id}", name: "getJob", tag: "jobs", summary: "A job with all that is kept of it",
      parameters: ["Id", "Wait"], replies: [(200, "The job.", .json(["Job"]))], failure: "UnifiedFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/jobs/{id}/history", name: "getJobHistory", tag: "jobs",
      summary: "What happened to a job", parameters: ["Id"],
      replies: [(200, "Oldest first.", .json(["JobHistory"]))], failure: "UnifiedFailure"),
  ]

  private static let listings: [OpenAPIOperation] = [
    OpenAPIOperation(
      method: "GET", path: "/v1/models", name: "listModels", tag: "models", summary: "The models that the key is for",
      replies: [(200, "All of them.", .json(["ModelList"]))], failure: "VideoFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/models/{id}", name: "getModel", tag: "models",
      summary: "One model with its limits and prices", parameters: ["Model"],
      replies: [(200, "The model.", .json(["ModelDetail"]))], failure: "VideoFailure"),
    OpenAPIOperation(
      method: "GET", path: "/v1/plugins", name: "listPlugins", tag: "models", summary: "The plugins that are in use",
      replies: [(200, "All of them.", .json(["PluginList"]))], failure: "UnifiedFailure"),
  ]

  private static let operators: [OpenAPIOperation] = [
    open("/", "welcome", "What this is", (200, "A few words.", .json(["Welcome"]))),
    open("/healthz", "health", "Whether the process lives", (200, "It does.", .json(["Health"]))),
    OpenAPIOperation(
      method: "GET", path: "/readyz", name: "readiness", tag: "operation", summary: "Whether requests can be taken",
      replies: [
        (200, "They can.", .json(["Readiness"])), (503, "They cannot, for these reasons.", .json(["Readiness"])),
      ],
      failure: "UnifiedFailure", isPublic: true),
    open("/metrics", "metrics", "Figures for Prometheus", (200, "Its text format 0.0.4.", .text)),
    open("/openapi.json", "description", "This document", (200, "It.", .json(["OpenAPI"]))),
  ]

  private static func open(
    _ path: String, _ name: String, _ summary: String, _ reply: (Int, String, OpenAPIOperation.Content)
  ) -> OpenAPIOperation {
    OpenAPIOperation(
      method: "GET", path: path, name: name, tag: "operation", summary: summary, replies: [reply],
      failure: "UnifiedFailure", isPublic: true)
  }
}
