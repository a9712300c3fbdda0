// SPDX-License-Identifier: Apache-2.0

/// `filmgate serve`: the gateway.
enum ServeCommand {
  static let specification = CommandSpecification(
    name: "serve", summary: "Serve every account over HTTP, in five wire formats.",
    discussion: "Callers prove themselves with keys of the gateway's own; the first start makes one and shows it. "
      + "SIGTERM and Ctrl-C let requests under way finish; SIGHUP reads the configuration again.",
    options: [
      OptionSpecification(
        long: "listen", value: "ADDRESS:PORT", summary: "Where to listen; 127.0.0.1:8080 unless configured"),
      OptionSpecification(long: "sandbox", summary: "Answer every model with stand-in clips; no account is needed"),
    ] + CommandTree.common, exitCodes: [.unexpected, .usage])
}
