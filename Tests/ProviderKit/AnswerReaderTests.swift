// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite struct AnswerReaderTests {
  private func reader(_ text: String) throws -> AnswerReader { AnswerReader(try JSON(parsing: text)) }

  @Test(arguments: [
    #"{"id":"x"}"#, #"{"task_id":"x"}"#, #"{"data":{"task_id":"x"}}"#, #"{"data":{"id":"x"}}"#, #"{"data":"x"}"#,
  ])
  func theIDIsFoundWhereverItStands(_ text: String) throws {
    #expect(try reader(text).taskID == "x")
  }

  @Test(arguments: [
    #"{"content":{"video_url":"u"}}"#, #"{"data":{"data":{"result":{"content":{"video_url":"u"}}}}}"#,
    #"{"data":{"task_result":{"videos":[{"url":"u"}]}}}"#, #"{"data":{"video_url":"u"}}"#,
    #"{"metadata":{"url":"u"}}"#, #"{"url":"u"}"#, #"{"video_url":"u"}"#, #"{"result_url":"u"}"#,
    #"{"outputs":[{"url":"u"}]}"#, #"{"data":{"fail_reason":"u","status":"SUCCESS"}}"#,
  ])
  func theLinkIsFoundWhereverItStands(_ text: String) throws {
    let asLink = text.replacing(#""u""#, with: #""https://e/v.mp4""#)
    #expect(try reader(asLink).videoURL == "https://e/v.mp4")
  }

  @Test func theInnermostStatusDecides() throws {
    let lagging = try reader(
      #"{"data":{"status":"IN_PROGRESS","data":{"status":"processing","result":{"status":"succeeded"}}}}"#)
    #expect(lagging.phase?.phase == .succeeded)
    #expect(lagging.phase?.word == "succeeded")
  }

  @Test func anUnknownWordIsNoPhase() throws {
    #expect(try reader(#"{"status":"pondering"}"#).phase == nil)
  }

  @Test(arguments: [("100%", 100), ("37.5%", 37)]) func progressIsReadFromText(_ text: String, _ percent: Int) throws {
    #expect(AnswerReader(["data": ["progress": .string(text)]]).progressPercent == percent)
  }
}
