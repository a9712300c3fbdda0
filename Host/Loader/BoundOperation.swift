// SPDX-License-Identifier: Apache-2.0
import CFFI
import FilmgateABI

/// A plugin's function with its call prepared: call interface, argument slots and the steps that fill them from a frame
/// are made once, so that a call only stores and jumps. One call at a time.
public final class BoundOperation {
  /// How a call went, as far as the loader can tell.
  public enum Result: Equatable {
    /// The function returned this.
    case returned(Int32)
    /// The frame does not fit the declaration: it is short or long, a length is false, or a value is out of range.
    /// The function was not called.
    case malformedFrame
  }

  // A function that reads a parameter which it did not declare must see zero, and never a pointer or text that an
  // earlier call left in a register: every call fills all argument registers.
  #if arch(x86_64)
    private static let integerRegisters = 6
    private static let floatRegisters = 8
  #else
    private static let integerRegisters = 8
    private static let floatRegisters = 8
  #endif

  private enum Filling {
    case signed32
    case unsigned32
    case flag
    case bits
    case block
    case sink
  }

  private struct Step {
    let filling: Filling
    let slot: Int
  }

  /// With all parameters in registers a call is a call of this type, whatever the declared order: integers and pointers
  /// go to the integer registers in turn, doubles to the others, and what is not declared is zero.
  #if arch(x86_64)
    private typealias InRegisters =
      @convention(c) (
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, Double, Double, Double, Double, Double, Double, Double, Double
      ) -> Int32
  #else
    private typealias InRegisters =
      @convention(c) (
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, Double, Double, Double, Double, Double, Double,
        Double, Double
      ) -> Int32
  #endif

  /// What libffi needs for a call with parameters on the stack.
  private struct Interface {
    let cif: UnsafeMutablePointer<ffi_cif>
    let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
    let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  }

  public let plan: CallPlan
  private let address: UnsafeMutableRawPointer
  /// Nil when all parameters fit in registers, which needs no libffi and takes a tenth of the time.
  private let interface: Interface?
  private let slots: UnsafeMutablePointer<UInt64>
  private let steps: UnsafeMutableBufferPointer<Step>

  /// Prepares the call of the function at `address`, which must live as long as the process.
  public init(_ plan: CallPlan, function address: UnsafeMutableRawPointer) throws(BindingFailure) {
    self.plan = plan
    self.address = address
    let floats = plan.arguments.count { $0.type == .f64 }
    let integers = plan.arguments.reduce(0) { $0 + $1.type.parameterCount } - floats
    let fitsInRegisters =
      integers <= BoundOperation.integerRegisters && floats <= BoundOperation.floatRegisters
    // In registers: the integer ones first, then the others. On the stack: in declared order, then padding, which
    // moves nothing that was declared as registers are handed out by class.
    let slotCount =
      max(integers, BoundOperation.integerRegisters) + max(floats, BoundOperation.floatRegisters)
    var types: [UnsafeMutablePointer<ffi_type>] = []
    var steps: [Step] = []
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: 0, count: slotCount)
    var nextInteger = 0
    var nextFloat = BoundOperation.integerRegisters
    for argument in plan.arguments {
      let slot: Int
      if !fitsInRegisters {
        slot = types.count
      } else if argument.type == .f64 {
        slot = nextFloat
        nextFloat += 1
      } else {
        slot = nextInteger
        nextInteger += argument.type.parameterCount
      }
      types.append(contentsOf: BoundOperation.types(of: argument.type))
      if argument.type == .host {
        slots[slot] = UInt64(UInt(bitPattern: HostServices.interface))
      } else if let filling = BoundOperation.filling(of: argument) {
        steps.append(Step(filling: filling, slot: slot))
      }
    }
    self.steps = .allocate(capacity: steps.count)
    _ = self.steps.initialize(from: steps)
    guard !fitsInRegisters else {
      interface = nil
      return
    }
    for _ in 0..<max(0, BoundOperation.integerRegisters - integers) { types.append(filmgate_ffi_uint64()) }
    for _ in 0..<max(0, BoundOperation.floatRegisters - floats) { types.append(filmgate_ffi_double()) }
    let made = BoundOperation.interface(types, slots)
    interface = made
    guard
      ffi_prep_cif(made.cif, FFI_DEFAULT_ABI, UInt32(slotCount), filmgate_ffi_sint32(), made.types) == FFI_OK
    else { throw .refusedInterface(operation: plan.operation) }
  }

  deinit {
    slots.deallocate()
    steps.deallocate()
    interface?.cif.deallocate()
    interface?.types.deallocate()
    interface?.pointers.deallocate()
  }

  private static func interface(
    _ types: [UnsafeMutablePointer<ffi_type>], _ slots: UnsafeMutablePointer<UInt64>
  ) -> Interface {
    let interface = Interface(
      cif: .allocate(capacity: 1), types: .allocate(capacity: types.count), pointers: .allocate(capacity: types.count))
    interface.cif.initialize(to: ffi_cif())
    for (index, type) in types.enumerated() {
      (interface.types + index).initialize(to: type)
      (interface.pointers + index).initialize(to: UnsafeMutableRawPointer(slots + index))
    }
    return interface
  }

  private static func types(of type: ParameterType) -> [UnsafeMutablePointer<ffi_type>] {
    switch type {
    case .i32: [filmgate_ffi_sint32()]
    case .u32: [filmgate_ffi_uint32()]
    case .i64: [filmgate_ffi_sint64()]
    case .u64: [filmgate_ffi_uint64()]
    case .f64: [filmgate_ffi_double()]
    case .bool: [filmgate_ffi_uint8()]
    case .host, .out: [filmgate_ffi_pointer()]
    case .text, .bytes: [filmgate_ffi_pointer(), filmgate_ffi_uint64()]
    }
  }

  /// Nil for what stays as it is: the host, and the zero for what nobody supplies.
  private static func filling(of argument: CallPlan.Argument) -> Filling? {
    if argument.type == .out { return .sink }
    guard argument.isInFrame else { return nil }
    switch argument.type {
    case .i32: return .signed32
    case .u32: return .unsigned32
    case .bool: return .flag
    case .i64, .u64, .f64: return .bits
    case .text, .bytes: return .block
    case .host, .out: return nil
    }
  }

  /// Calls the function with the arguments in `frame`; pointers go straight into it, and the output to `sink`, which
  /// is emptied first.
  public func call(_ frame: UnsafeRawBufferPointer, into sink: OutputSink) -> Result {
    sink.reset()
    guard fill(from: frame, sink) else { return .malformedFrame }
    // A data pointer and a function pointer have one representation wherever dlsym works at all.
    if let interface {
      var result: ffi_sarg = 0
      let function = unsafeBitCast(address, to: (@convention(c) () -> Void).self)
      ffi_call(interface.cif, function, &result, interface.pointers)
      return .returned(Int32(truncatingIfNeeded: result))
    }
    return .returned(callInRegisters(unsafeBitCast(address, to: InRegisters.self)))
  }

  private func callInRegisters(_ function: InRegisters) -> Int32 {
    func double(_ index: Int) -> Double { Double(bitPattern: slots[BoundOperation.integerRegisters + index]) }
    #if arch(x86_64)
      return function(
        slots[0], slots[1], slots[2], slots[3], slots[4], slots[5], double(0), double(1), double(2), double(3),
        double(4), double(5), double(6), double(7))
    #else
      return function(
        slots[0], slots[1], slots[2], slots[3], slots[4], slots[5], slots[6], slots[7], double(0), double(1), double(2),
        double(3), double(4), double(5), double(6), double(7))
    #endif
  }

  private func fill(from frame: UnsafeRawBufferPointer, _ sink: OutputSink) -> Bool {
    let end = frame.count
    var offset = 0
    for step in steps {
      if case .sink = step.filling {
        slots[step.slot] = UInt64(UInt(bitPattern: sink.interface))
        continue
      }
      guard end - offset >= 8, let base = frame.baseAddress else { return false }
      let bits = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
      switch step.filling {
      case .signed32:
        guard Int32(exactly: Int64(bitPattern: bits)) != nil else { return false }
        slots[step.slot] = bits
      case .unsigned32:
        guard bits <= UInt64(UInt32.max) else { return false }
        slots[step.slot] = bits
      case .flag:
        guard bits <= 1 else { return false }
        slots[step.slot] = bits
      case .bits:
        slots[step.slot] = bits
      case .block:
        guard bits <= UInt64(end - offset) else { return false }
        slots[step.slot] = bits == 0 ? 0 : UInt64(UInt(bitPattern: base + offset))
        slots[step.slot + 1] = bits
        offset += Int(bits)
      case .sink:
        break
      }
    }
    return offset == end
  }
}
