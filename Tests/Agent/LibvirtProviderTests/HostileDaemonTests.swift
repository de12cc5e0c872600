import AgentCore
import NestingModel
import Testing

@testable import LibvirtProvider

@Suite("a daemon that misbehaves", .timeLimit(.minutes(1)))
struct HostileDaemonTests {
    @Test(
        "costs a bounded read, and is a clear fault",
        arguments: [
            (FakeLibvirt.Answer.raw([0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3]), "not its protocol: a length of 4294967295"),
            (.raw([0, 0, 0, 3]), "not its protocol: ends early"),
            (.raw(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), "not its protocol: a length of 1213486160"),
            (.flood([2, 0, 0, 4], zeros: 32 << 20), "not its protocol: more than 67108864 bytes"),
            (.fine([0xFF, 0xFF, 0xFF, 0xFF]), "libvirt's answer ends early"),
            (.fine([]), "libvirt's answer ends early"),
            (.fine([0, 0, 0, 1, 0, 0x50, 0, 0] + [UInt8](repeating: 0, count: 24)), "a length of 5242880"),
            (.silence, "did not answer in time"),
            (.raw([0, 0, 0, 40, 0x20, 0, 0x80, 0x86]), "did not answer in time"),
            (.hangUp, "closed the connection"),
            (.error(1), "libvirt says: no\\u{1B}[31m (code 1)"),
        ])
    func faults(answer: FakeLibvirt.Answer, sentence: String) throws {
        let fake = try FakeLibvirt { procedure, _ in
            FakeLibvirt.opening(procedure) { procedure == .connectListAllDomains ? answer : .error(39) }
        }
        let provider = LibvirtProvider(socket: fake.path, deadline: .milliseconds(1500))
        let reason = try #require(provider.guests().reason)
        #expect(reason.contains(sentence))
        #expect(!reason.unicodeScalars.contains("\u{1B}"))
    }

    @Test("an answer to a call that was not made is refused")
    func strayAnswer() throws {
        let fake = try FakeLibvirt { procedure, _ in
            FakeLibvirt.opening(procedure) {
                .raw([0, 0, 0, 28, 0x20, 0, 0x80, 0x86, 0, 0, 0, 1, 0, 0, 0, 157, 0, 0, 0, 1, 0, 0, 0, 99, 0, 0, 0, 0])
            }
        }
        let reason = try #require(LibvirtProvider(socket: fake.path).manager().reason)
        #expect(reason.contains("call 99, which was not made"))
    }

    @Test("that hangs up is asked once more over a new connection, and not for ever")
    func hangUp() throws {
        let fake = try FakeLibvirt { procedure, _ in FakeLibvirt.opening(procedure) { .hangUp } }
        #expect(LibvirtProvider(socket: fake.path).manager().isUnknown)
        #expect(fake.connections == 2)
    }

    @Test("that hung up once answers over the second connection")
    func hangUpOnce() throws {
        let fake = try FakeLibvirt { procedure, connection in
            FakeLibvirt.opening(procedure) { connection == 1 ? .hangUp : .fine([0, 0, 0, 0, 0, 0x89, 0x54, 0x40]) }
        }
        #expect(LibvirtProvider(socket: fake.path).manager().value?.version == .known("9.0.0"))
    }

    enum Change: CaseIterable {
        case define, start, shutDown, cutPower, dropSavedState

        func make(by provider: LibvirtProvider) throws {
            let uuid = "01020304-0506-0708-090a-0b0c0d0e0f10"
            switch self {
            case .define: try provider.define("<domain/>")
            case .start: try provider.start(uuid)
            case .shutDown: try provider.requestShutdown(uuid)
            case .cutPower: try provider.cutPower(uuid)
            case .dropSavedState: try provider.dropSavedState(uuid)
            }
        }
    }

    @Test(
        "that hangs up over a change is not asked for it again, and for other things it is", arguments: Change.allCases)
    func hangUpOverChange(change: Change) throws {
        let domain: [UInt8] = {
            var writer = XDRWriter()
            writer.string("web")
            writer.fixed([UInt8](1...16))
            writer.signed(-1)
            return writer.bytes
        }()
        let asked = Counter()
        let fake = try FakeLibvirt { procedure, _ in
            FakeLibvirt.opening(procedure) {
                switch procedure {
                case .domainLookupByUUID: return .fine(domain)
                case .connectGetLibVersion: return .fine([0, 0, 0, 0, 0, 0x89, 0x54, 0x40])
                default:
                    _ = asked.next()
                    return .hangUp
                }
            }
        }
        let provider = LibvirtProvider(socket: fake.path)
        let failure = #expect(throws: ProviderFailure.self) { try change.make(by: provider) }
        #expect(failure?.code == .hypervisorUnreachable)
        #expect(asked.value == 1)
        #expect(provider.manager().value?.version == .known("9.0.0"))
        #expect(fake.connections == 2)
    }

    @Test(
        "an authentication that fails names what to do",
        arguments: [([0, 0, 0, 1, 0, 0, 0, 2] as [UInt8], "polkit"), ([0, 0, 0, 1, 0, 0, 0, 1], "does not know")])
    func authentication(kinds: [UInt8], word: String) throws {
        let fake = try FakeLibvirt { procedure, _ in procedure == .authList ? .fine(kinds) : .error(45) }
        let reason = try #require(LibvirtProvider(socket: fake.path).guests().reason)
        #expect(reason.contains(word))
        #expect(reason.contains("member of the group libvirt"))
    }

    @Test("polkit's leave opens the connection")
    func polkit() throws {
        let fake = try FakeLibvirt { procedure, _ in
            switch procedure {
            case .authList: .fine([0, 0, 0, 1, 0, 0, 0, 2])
            case .authPolkit: .fine([0, 0, 0, 1])
            case .connectOpen: .fine()
            default: .fine([0, 0, 0, 0, 0, 0x89, 0x54, 0x40])
            }
        }
        #expect(LibvirtProvider(socket: fake.path).manager().value?.version == .known("9.0.0"))
    }

    @Test("that lacks a call leaves facts unknown, and gives the others")
    func missingCalls() throws {
        let list: [UInt8] = {
            var writer = XDRWriter()
            writer.unsigned(1)
            writer.string("web\u{7}")
            writer.fixed([UInt8](1...16))
            writer.signed(-1)
            writer.unsigned(1)
            return writer.bytes
        }()
        let lists = Counter()
        let fake = try FakeLibvirt { procedure, _ in
            FakeLibvirt.opening(procedure) {
                procedure == .connectListAllDomains && lists.next() == 1 ? .fine(list) : .error(39)
            }
        }
        let guest = try #require(LibvirtProvider(socket: fake.path).guests().value?.first)
        #expect(guest.name == "web\\u{7}")
        #expect(guest.uuid == "01020304-0506-0708-090a-0b0c0d0e0f10")
        #expect(guest.state == .off)
        for reason in [
            guest.persistent.reason, guest.autostart.reason, guest.savedState.reason, guest.snapshots.reason,
            guest.engine.reason, guest.vcpus.maximum.reason, guest.memory.startup.reason,
            guest.exposure.configured.reason, guest.interfaces.reason, guest.definitionDigest.reason,
        ] {
            #expect(reason?.contains("code 39") == true)
        }
    }

    @Test("no socket at the named place is unknown, no socket anywhere is absent")
    func missing() throws {
        let provider = LibvirtProvider(socket: "/nonexistent/libvirt-sock")
        #expect(provider.manager().reason?.contains("No such file") == true)
        #expect(provider.guests().isUnknown)
        #expect(throws: ProviderFailure.self) { try provider.guest("dd3880d4-c138-4a59-bc29-75ba70d5e51a") }
        let link = LibvirtLink(
            [LibvirtEndpoint(path: "/nonexistent/libvirt-sock")], mustExist: false, patience: .init())
        #expect {
            _ = try link.ask([RemoteCall(.connectGetLibVersion)], within: .seconds(1))
        } throws: { error in
            if case .absent? = error as? LibvirtLink.Unreachable { true } else { false }
        }
    }

    @Test(
        "what is opened follows from the socket's place",
        arguments: [
            ("/run/libvirt/libvirt-sock", "qemu:///system"), ("/var/run/libvirt/virtqemud-sock", "qemu:///system"),
            ("/run/user/1000/libvirt/libvirt-sock", "qemu:///session"), ("/tmp/x/libvirt-sock", "qemu:///session"),
        ])
    func uris(path: String, uri: String) {
        #expect(LibvirtEndpoint(path: path).uri == uri)
        #expect(LibvirtEndpoint(path: path).forReading?.path == path + "-ro")
        #expect(LibvirtEndpoint(path: path).forReading?.readOnly == true)
        #expect(LibvirtEndpoint(path: path).forReading?.uri == uri)
    }
}
