// SPDX-License-Identifier: Apache-2.0

import Jobs
import Network
import OrderedJSON
import Testing
import VideoDocuments

/// An invented provider with something of everything that facts can say.
enum Acme {
  static let manifestText = #"""
    {"manifest": 1, "id": "acme", "version": "1.2.0", "name": "Acme", "abi": {"major": 1, "minor": 0},
     "operations": [],
     "profiles": [
       {"id": "official", "base_url": "https://api.acme.example", "authentication": [
         {"scheme": "jwt-hs256", "secrets": [
           {"name": "access_key", "environment": ["ACME_ACCESS_KEY"]},
           {"name": "secret_key", "environment": ["ACME_SECRET_KEY"]}]},
         {"scheme": "bearer", "secrets": [{"name": "api_key", "environment": ["ACME_API_KEY"]}]}]},
       {"id": "relay", "base_url": "", "authentication": [
         {"scheme": "bearer", "secrets": [{"name": "api_key", "environment": ["ACME_RELAY_KEY"]}]}]}],
     "models": [
       {"id": "acme-2", "aliases": ["acme-latest", {"name": "acme-2-pro-silent", "sets": {"mode": "pro", "audio": false}}],
        "patterns": ["ep-*"],
        "fields": {
          "prompt": {"type": "text", "maximum_characters": 20, "required": true},
          "negative_prompt": {"type": "text"},
          "duration_seconds": {"type": "integer", "minimum": 4, "maximum": 15, "also": [-1], "default": 5},
          "frames": {"type": "integer", "minimum": 29, "maximum": 289, "step": 4},
          "aspect_ratio": {"type": "text", "values": ["16:9", "4:3", "1:1", "adaptive"],
            "defaults": [{"when": {"scenario": ["first_frame", "first_last_frame"]}, "value": "adaptive"}],
            "default": "16:9"},
          "resolution": {"type": "text", "values": ["480p", "720p", "1080p"], "default": "720p"},
          "seed": {"type": "integer", "minimum": -1, "maximum": 4294967295},
          "audio": {"type": "flag", "default": true}},
        "options": {
          "mode": {"type": "text", "values": ["std", "pro"], "default": "std"},
          "cfg_scale": {"type": "number", "minimum": 0, "maximum": 1, "step": 0.1},
          "sound": {"type": "text", "values": ["on", "off"]},
          "tools": {"type": "list", "maximum": 2},
          "camera": {"type": "object"}},
        "inputs": [
          {"kind": "image", "role": "first_frame", "maximum": 1, "formats": ["jpeg", "png"], "maximum_bytes": 10485760,
           "minimum_side_pixels": 300, "maximum_side_pixels": 6000, "minimum_ratio": 0.4, "maximum_ratio": 2.5},
          {"kind": "image", "role": "last_frame", "maximum": 1},
          {"kind": "image", "role": "reference", "maximum": 4},
          {"kind": "video", "role": "reference", "maximum": 2, "forms": ["url"], "minimum_seconds": 2,
           "maximum_seconds": 15, "maximum_total_seconds": 20},
          {"kind": "audio", "role": "reference", "maximum": 1}],
        "maximum_inputs": 6,
        "exclusive": [["frames", "duration_seconds"], ["image.first_frame", "image.reference"], ["camera", "seed"]],
        "rules": [
          {"when": {"scenario": "reference"}, "forbid": ["frames"],
           "fields": {"resolution": {"type": "text", "values": ["480p", "720p"], "default": "480p"}},
           "because": "references cost more to follow"},
          {"when": {"audio": {"present": true}, "mode": "pro"}, "require": ["seed"], "because": "pro sound is seeded"},
          {"when": {"image.last_frame": {"present": true}}, "require": ["image.first_frame"]},
          {"when": {"scenario": "last_frame"}, "require": ["image.first_frame"], "because": "a film has a beginning"}],
        "sizes": {"720p": {"16:9": [1280, 720], "1:1": [960, 960]}, "1080p": {"16:9": [1920, 1088]}},
        "frame_rate": 24,
        "price": {"currency": "USD", "unit": "second", "as_of": "2026-01-01",
          "rows": [{"when": {"resolution": "1080p"}, "amount": "0.14"}, {"amount": "0.07"}]}},
       {"id": "acme-1", "profiles": ["official"], "open_options": true,
        "fields": {
          "prompt": {"type": "text"},
          "duration_seconds": {"type": "integer", "values": [5, 10], "default": 5},
          "aspect_ratio": {"type": "text", "values": ["16:9", "9:16", "1:1"]},
          "shots": {"type": "list", "minimum": 1, "maximum": 3, "maximum_characters": 10}},
        "inputs": [
          {"kind": "image", "role": "first_frame", "maximum": 1},
          {"kind": "image", "role": "last_frame", "maximum": 1},
          {"kind": "video", "role": "source", "maximum": 1}],
        "price": {"currency": "CNY", "unit": "million_tokens", "rows": [{"amount": "15"}]}},
       {"id": "acme-text", "fields": {"prompt": {"type": "text", "required": true}},
        "price": {"currency": "units", "unit": "video", "rows": [{"amount": "2.5"}]}},
       {"id": "acme-motion", "fields": {"prompt": {"type": "text"}},
        "inputs": [
          {"kind": "image", "role": "first_frame", "minimum": 1, "maximum": 1},
          {"kind": "video", "role": "source", "minimum": 1, "maximum": 1}]}]}
    """#

  static func manifest(id: String = "acme", _ change: (inout Manifest) -> Void = { _ in }) throws -> Manifest {
    var manifest = try Manifest(try JSON(parsing: manifestText))
    manifest.id = id
    change(&manifest)
    return manifest
  }

  static func account(
    _ name: String = "acme/official", plugin: String = "acme", profile: String = "official"
  ) -> Account {
    Account(
      name: name, pluginID: plugin, profile: profile, baseURL: "https://api.acme.example",
      authentication: AuthenticationFacts(scheme: "bearer", secrets: []), secrets: Secrets(["api_key": "canary-secret"])
    )
  }

  /// Plans a request written as canonical JSON.
  static func plan(
    _ request: JSON, _ options: PlanOptions = PlanOptions(), accounts: [Account]? = nil
  ) throws -> Plan {
    let catalog = Catalog([CatalogEntry(try manifest())])
    return try Planner.plan(
      try VideoRequest(request), catalog: catalog, accounts: accounts ?? [account()], options: options)
  }

  /// The problems of a request that must not be planned.
  static func problems(
    _ request: JSON, _ options: PlanOptions = PlanOptions(), accounts: [Account]? = nil
  ) throws -> [Failure] {
    do {
      let plan = try plan(request, options, accounts: accounts)
      Issue.record("planned: \(plan.request.json)")
      return []
    } catch let failure as PlanFailure {
      return failure.problems
    }
  }
}
