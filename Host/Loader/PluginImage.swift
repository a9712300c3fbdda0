// SPDX-License-Identifier: Apache-2.0

/// A look at a file's first bytes before anything opens it: is it a shared library for this machine, and whole? The
/// dynamic linker would answer too, but in words that help nobody, and a file cut short would crash it.
public enum PluginImage {
  /// Why a file cannot be a plugin.
  public enum Refusal: Error, Sendable, Hashable {
    case empty
    case text
    case notELF
    case otherWordSize
    case otherMachine(String)
    case notALibrary(String)
    case truncated

    /// One sentence for people, to stand after the file's name and a colon.
    public var sentence: String {
      switch self {
      case .empty: "it is empty."
      case .text: "it is a text file, not a shared library."
      case .notELF: "it is not a shared library."
      case .otherWordSize: "it is a library for a machine of another word size or byte order."
      case .otherMachine(let machine): "it is built for \(machine), and this machine is \(PluginImage.machineName)."
      case .notALibrary(let kind): "it is \(kind), not a shared library."
      case .truncated: "it is cut short: its headers name bytes beyond its end."
      }
    }
  }

  #if arch(x86_64)
    static let machine: UInt16 = 62
    static let machineName = "x86-64"
  #elseif arch(arm64)
    static let machine: UInt16 = 183
    static let machineName = "AArch64"
  #endif

  // From elf(5): offsets in the 64-bit file header and program headers.
  private static let headerBytes = 64
  private static let programHeaderBytes = 56
  private static let loadSegment: UInt32 = 1

  /// Looks at a whole file.
  public static func check(_ file: UnsafeRawBufferPointer) throws(Refusal) {
    guard !file.isEmpty else { throw .empty }
    guard file.count >= 4, file[0] == 0x7F, file[1] == 0x45, file[2] == 0x4C, file[3] == 0x46 else {
      throw looksLikeText(file.prefix(512)) ? .text : .notELF
    }
    guard file.count >= headerBytes else { throw .truncated }
    // Class 2 is 64 bits, data 1 is little-endian.
    guard file[4] == 2, file[5] == 1 else { throw .otherWordSize }
    let builtFor: UInt16 = number(file, 18)
    guard builtFor == machine else { throw .otherMachine(name(ofMachine: builtFor)) }
    let kind: UInt16 = number(file, 16)
    switch kind {
    case 3: break
    case 1: throw .notALibrary("an object file")
    case 2: throw .notALibrary("a program")
    case 4: throw .notALibrary("a core dump")
    default: throw .notELF
    }
    try checkSegments(file)
  }

  private static func checkSegments(_ file: UnsafeRawBufferPointer) throws(Refusal) {
    let size = UInt64(file.count)
    let table: UInt64 = number(file, 32)
    let entrySize: UInt16 = number(file, 54)
    let entries: UInt16 = number(file, 56)
    guard Int(entrySize) == programHeaderBytes, entries > 0 else { throw .notELF }
    let tableBytes = UInt64(entries) * UInt64(entrySize)
    guard table <= size, tableBytes <= size - table else { throw .truncated }
    for index in 0..<Int(entries) {
      let entry = Int(table) + index * programHeaderBytes
      let type: UInt32 = number(file, entry)
      guard type == loadSegment else { continue }
      let offset: UInt64 = number(file, entry + 8)
      let bytes: UInt64 = number(file, entry + 32)
      guard offset <= size, bytes <= size - offset else { throw .truncated }
    }
  }

  /// The caller has made sure that the bytes are there.
  private static func number<Number: FixedWidthInteger>(_ file: UnsafeRawBufferPointer, _ offset: Int) -> Number {
    Number(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  private static func looksLikeText(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0C || $0 == 0x0D || $0 == 0x1B }
  }

  private static func name(ofMachine machine: UInt16) -> String {
    switch machine {
    case 3: "32-bit x86"
    case 8: "MIPS"
    case 21: "PowerPC64"
    case 22: "s390x"
    case 40: "32-bit ARM"
    case 62: "x86-64"
    case 183: "AArch64"
    case 243: "RISC-V"
    case 258: "LoongArch"
    default: "another machine (\(machine))"
    }
  }
}
