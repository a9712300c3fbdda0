// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Jobs
import Loader
import OrderedJSON
import PluginHost
import Store
import VideoDocuments

extension DoctorCommand {
  /// One thing that was checked.
  struct Finding: Sendable {
    enum Grade: String, Sendable {
      case good = "ok"
      case poor = "warn"
      case bad = "fail"
    }

    var grade: Grade
    var what: String
    var advice: String?
  }

  static func run(_ session: Session) -> Int32 {
    var findings = machine()
    findings += plugins(session)
    findings += files(session)
    let store = StoreCheck.run(session)
    findings += store
    if session.wantsJSON {
      let list = findings.map { finding in
        var object: JSONObject = ["grade": .string(finding.grade.rawValue), "what": .string(finding.what)]
        object.add("advice", finding.advice)
        return JSON.object(object)
      }
      session.terminal.result(JSON.array(list).text)
    } else {
      let style = session.terminal.style
      for finding in findings {
        let grade =
          switch finding.grade {
          case .good: style.good("ok  ")
          case .poor: style.warning("warn")
          case .bad: style.error("fail")
          }
        session.terminal.result("\(grade)  \(Sanitized.line(finding.what))")
        if let advice = finding.advice { session.terminal.result("      next: \(Sanitized.line(advice))") }
      }
    }
    return findings.contains { $0.grade == .bad } ? ExitCode.unexpected.rawValue : ExitCode.done.rawValue
  }

  private static func machine() -> [Finding] {
    var findings: [Finding] = []
    var name = utsname()
    uname(&name)
    let release = withUnsafePointer(to: &name.release) {
      $0.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
    }
    let landlock = filmgate_landlock_create_ruleset(nil, 0, 1)
    findings.append(
      landlock > 0
        ? Finding(grade: .good, what: "kernel \(release) with Landlock \(landlock)")
        : Finding(
          grade: .poor, what: "kernel \(release) without Landlock",
          advice: "plugins are still held by system call filters; boot with lsm=landlock for the second fence"))
    findings.append(
      access("/proc/self/fd", R_OK) == 0
        ? Finding(grade: .good, what: "/proc is mounted")
        : Finding(grade: .bad, what: "/proc is not mounted", advice: "mount it: plugins are loaded through it"))
    for (program, advice) in [
      ("ffmpeg", "install it for -m studio and --sandbox: apt-get install ffmpeg")
    ] {
      findings.append(
        inPath(program)
          ? Finding(grade: .good, what: "\(program) is installed")
          : Finding(grade: .poor, what: "\(program) is not installed", advice: advice))
    }
    let curl = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL)
    findings.append(
      curl != nil
        ? Finding(grade: .good, what: "libcurl is installed")
        : Finding(grade: .bad, what: "libcurl is not installed", advice: "install it: apt-get install libcurl4"))
    return findings
  }

  private static func inPath(_ program: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  private static func plugins(_ session: Session) -> [Finding] {
    var findings: [Finding] = []
    let settings = session.pluginSettings()
    findings.append(
      settings.workerExecutable.map { Finding(grade: .good, what: "worker \($0)") }
        ?? Finding(
          grade: .bad, what: "filmgate-worker was not found",
          advice: "put it beside filmgate, or into <prefix>/libexec/filmgate, or set FILMGATE_WORKER"))
    let catalog = session.plugins()
    for plugin in catalog.plugins {
      if let problem = plugin.problem {
        findings.append(Finding(grade: .poor, what: "\(plugin.path): \(problem)"))
      } else if let id = plugin.id {
        let level = plugin.jailLevel.map { "\($0)" } ?? "not known"
        findings.append(Finding(grade: .good, what: "plugin \(id) \(plugin.version ?? ""), jail \(level)"))
      }
    }
    findings += catalog.folderProblems.map { Finding(grade: .poor, what: $0) }
    if catalog.ready.isEmpty {
      findings.append(
        Finding(grade: .poor, what: "no plugin is installed", advice: "`filmgate help plugins` shows the folders"))
    }
    return findings
  }

  private static func files(_ session: Session) -> [Finding] {
    do throws(Failure) {
      let locations = try session.locations()
      let configuration = try session.configuration(locations)
      let plugins = session.plugins()
      let book = try Engine.book(plugins, configuration, locations, isLenient: false)
      let ready = book.accounts.filter { $0.missing.isEmpty }.map { $0.name }
      let accounts =
        ready.isEmpty
        ? Finding(
          grade: .poor, what: "no account has its keys",
          advice: "`filmgate config show` lists what each one lacks; -m studio and --sandbox need none")
        : Finding(grade: .good, what: "accounts ready: \(ready.joined(separator: ", "))")
      return [Finding(grade: .good, what: "configuration and keys can be read"), accounts]
        + ConfigurationCheck.warnings(configuration, book, plugins).map { Finding(grade: .poor, what: $0) }
    } catch {
      return [Finding(grade: .bad, what: FailureText.sentence(error), advice: FailureText.advice(error))]
    }
  }
}

/// Whether the job database can be opened, and what in it waits for a person.
enum StoreCheck {
  static func run(_ session: Session) -> [DoctorCommand.Finding] {
    let findings = FindingList()
    _ = MainThread.run { _ in
      do throws(Failure) {
        let unknown = try await JobAccess.withStore(session) { (runner) async throws(Failure) -> [JobRecord] in
          try await runner.list(JobFilter(states: [.unknown], limit: 100))
        }
        findings.add(DoctorCommand.Finding(grade: .good, what: "the job database can be opened"))
        if !unknown.isEmpty {
          findings.add(
            DoctorCommand.Finding(
              grade: .poor,
              what: "\(unknown.count == 1 ? "1 job has" : "\(unknown.count) jobs have") an unknown outcome",
              advice: "`filmgate jobs --state unknown` lists them; look for them in the provider's console"))
        }
      } catch {
        findings.add(
          DoctorCommand.Finding(
            grade: .bad, what: FailureText.sentence(error), advice: FailureText.advice(error)))
      }
      return 0
    }
    return findings.value
  }
}
