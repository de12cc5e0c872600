/// One value of libvirt's typed parameters (remote_typed_param): a name and a number; other kinds are skipped over.
struct TypedParameter {
    var field: ArraySlice<UInt8>
    var number: Int64?

    init(reading reader: inout XDRReader) throws(XDRFault) {
        field = try reader.string(limit: 1024)
        switch try reader.signed() {
        case 1: number = Int64(try reader.signed())
        case 2: number = Int64(try reader.unsigned())
        case 3: number = Int64(bitPattern: try reader.unsignedHyper())
        case 4: number = Int64(exactly: try reader.unsignedHyper())
        case 5: _ = try reader.unsignedHyper()
        case 6: number = Int64(try reader.signed())
        case 7: _ = try reader.string()
        case let other: throw .badDiscriminant(other)
        }
    }

    /// Whether this is `vcpu.N.nested_run.sum`: how often a guest of the guest was entered (QEMU 7.1 and later).
    var isNestedRuns: Bool {
        field.starts(with: "vcpu.".utf8) && field.reversed().starts(with: ".nested_run.sum".utf8.reversed())
    }
}
