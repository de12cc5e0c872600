import AgentCore
import NestingModel
import Testing

@testable import LibvirtProvider

@Suite("one guest that is off", .timeLimit(.minutes(1)))
struct OneGuestTests {
    private static let uuid = "00000000-0000-4000-8000-000000000001"

    /// A daemon with this guest alone, which is off for this reason (virDomainShutoffReason).
    private func daemon(reason: UInt32, start: FakeLibvirt.Answer = .fine()) throws -> FakeLibvirt {
        var domain = XDRWriter()
        domain.string("web")
        domain.fixed(try #require(RemoteDomain.uuidBytes(Self.uuid)))
        domain.signed(-1)
        var list = XDRWriter()
        list.unsigned(1)
        list.fixed(domain.bytes)
        list.unsigned(1)
        var definition = XDRWriter()
        definition.string(Samples.domain(name: "web"))
        var state = XDRWriter()
        state.unsigned(5)
        state.unsigned(reason)
        let (one, all, xml, off) = (domain.bytes, list.bytes, definition.bytes, state.bytes)
        return try FakeLibvirt { procedure, _ in
            FakeLibvirt.opening(procedure) {
                switch procedure {
                case .connectListAllDomains: .fine(all)
                case .domainLookupByUUID: .fine(one)
                case .domainGetXMLDesc: .fine(xml)
                case .domainGetState: .fine(off)
                case .domainCreateWithFlags: start
                default: .error(39)
                }
            }
        }
    }

    @Test("is here where it shut down, and not where it moved to another host and left its definition")
    func leftBehind() throws {
        let shutDown = try daemon(reason: 1)
        #expect(try LibvirtProvider(socket: shutDown.path).guest(Self.uuid)?.state == .off)
        let moved = try daemon(reason: 4)
        #expect(try LibvirtProvider(socket: moved.path).guest(Self.uuid) == nil)
        #expect(LibvirtProvider(socket: moved.path).guests().value?.map(\.state) == [.off])
    }

    @Test(
        "can't be started at all where libvirt says that its host does not support it",
        arguments: [(Int32(67), ProviderFailure.Code.startImpossible), (38, .operationFailed)])
    func startImpossible(number: Int32, code: ProviderFailure.Code) throws {
        let daemon = try daemon(reason: 1, start: .error(number))
        let failure = #expect(throws: ProviderFailure.self) {
            try LibvirtProvider(socket: daemon.path).start(Self.uuid)
        }
        #expect(failure?.code == code)
    }
}
