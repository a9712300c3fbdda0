// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CommandLineInterface

@Suite struct DescriptorLimitTests {
  @Test(arguments: [
    (4_096, 65_536, 4_096), (12_000, 20_000, 12_000), (50_000, 20_000, 18_976), (4_096, 4_096, 3_072),
    (4_096, 1_024, 512), (4_096, 1, 1), (1, 65_536, 1),
  ]) func connectionsLeaveRoomForEverythingElse(wanted: Int, descriptors: Int, allowed: Int) {
    #expect(DescriptorLimit.connections(wanted: wanted, descriptors: descriptors) == allowed)
  }
}
