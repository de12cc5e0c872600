import NestingModel
import Testing

@testable import LibvirtProvider

/// Definitions of random shape: an edit changes what it should and no other byte, and leads back.
@Suite("edits of random definitions")
struct RandomDefinitionTests {
    @Test("touch their own elements alone, parse again and lead back", arguments: 0..<200)
    func edits(seed: Int) throws {
        var random = RandomDefinition(seed: UInt64(seed) &* 0x9E37_79B9 &+ 7)
        let text = random.text()
        let definition = try DomainDefinition(text)
        let host = definition.engine.value == .kvm ? [Samples.intel, Samples.amd][seed % 2] : Samples.bare
        let changes = [
            GuestChange(exposure: true), GuestChange(exposure: false), GuestChange(startupMemory: 96 << 20),
            GuestChange(maximumVCPUs: 8), GuestChange(dynamicMemory: false),
            GuestChange(exposure: false, startupMemory: 640 << 20, maximumVCPUs: 16, dynamicMemory: false),
        ]
        for change in changes {
            let after = try definition.applying(change, on: host)
            let changed = try DomainDefinition(after)
            #expect(skeleton(changed) == skeleton(definition), "something else changed:\n\(text)\n\(after)")
            if let wanted = change.exposure {
                #expect(changed.exposure(on: host).exposed == .known(wanted), "\(after)")
            }
            if let wanted = change.startupMemory, change.dynamicMemory == nil {
                #expect(changed.startupMemory == wanted)
            }
            if let wanted = change.maximumVCPUs { #expect(changed.maximumVCPUs == wanted) }
            if change.dynamicMemory == false { #expect(changed.memory.dynamic == .known(false)) }
            let again = try changed.applying(change, on: host)
            #expect(again == after)
            let back = changed.undoing(before: definition, after: changed) ?? after
            let restored = try DomainDefinition(back)
            #expect(restored.memory == definition.memory && restored.vcpus == definition.vcpus)
            #expect(restored.exposure(on: host) == definition.exposure(on: host), "\(text)\n\(back)")
            #expect(skeleton(restored) == skeleton(definition))
            if back != text {
                // Only a missing <currentMemory> or `current` may have been written out.
                #expect(!text.contains("<currentMemory"), "\(text)\n\(back)")
            }
        }
    }

    /// The text without what the edits are about.
    private func skeleton(_ definition: DomainDefinition) -> String {
        let tree = definition.tree
        var edit = XMLEdit(tree)
        for name in ["memory", "currentMemory", "vcpu", "cpu"] {
            if let node = tree.first(name) { edit.remove(node) }
        }
        return edit.result
    }
}

/// Writes one definition with random order, spacing, quotes, line ends, comments and foreign elements.
private struct RandomDefinition {
    private var generator: Xorshift

    init(seed: UInt64) { generator = Xorshift(seed: seed) }

    mutating func text() -> String {
        let newline = pick(["\n", "\r\n", "", "\n\n\t"])
        var parts = [
            "<memory\(attributes([("unit", pick(["KiB", "MiB"]))]))>\(space())524288\(comment())\(space())</memory>",
            "<vcpu\(attributes([("placement", "static")]))>\(space())\(pick(["2", "4"]))\(space())</vcpu>",
            "<os><type arch='x86_64'>hvm</type></os>", "<name>a&amp;b&#x20;c</name>", comment(), comment(),
            "<metadata><x:y xmlns:x='urn:x' a=\"'>'\"><![CDATA[<memory>1</memory><cpu/>]]></x:y></metadata>",
            "<description>&lt;cpu mode='x'/&gt; <!-- <vcpu>9</vcpu> --></description>",
            "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='a&#10;b'/></q:commandline>",
            cpu(),
        ]
        if Bool.random(using: &generator) {
            parts.append("<currentMemory\(attributes([("unit", "KiB")]))>\(space())262144</currentMemory>")
        }
        parts.shuffle(using: &generator)
        let head = pick(["", "<?xml version='1.0' encoding='UTF-8'?>\(newline)", "<!-- first -->"])
        let type = pick(["kvm", "qemu"])
        return head + "<domain\(attributes([("type", type), ("xmlns:z", "urn:z")]))>" + newline
            + parts.joined(separator: newline) + newline + "</domain>" + newline
    }

    private mutating func cpu() -> String {
        let model = pick(["EPYC", "qemu64", "Opteron_G3"])
        var children = ["<model\(attributes([("fallback", "allow")]))>\(space())\(model)\(space())</model>"]
        var mode = [("mode", "custom"), ("match", "exact")]
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return ""
        case 1:
            mode = [("mode", "maximum")]
            children = []
        default: break
        }
        if Bool.random(using: &generator) {
            children.append("<feature\(attributes([("name", "x2apic"), ("policy", "require")]))/>")
        }
        if Bool.random(using: &generator) { children.append(comment()) }
        if children.isEmpty, Bool.random(using: &generator) { return "<cpu\(attributes(mode))/>" }
        let gap = pick(["", "\n    ", "\r\n\t"])
        return "<cpu\(attributes(mode))>" + children.map { gap + $0 }.joined() + gap + "</cpu>"
    }

    private mutating func attributes(_ list: [(String, String)]) -> String {
        list.shuffled(using: &generator).map { name, value in
            let quote = pick(["'", "\""])
            return pick([" ", "\n  ", "\t"]) + name + pick(["=", " = "]) + quote + value + quote
        }.joined() + pick(["", " "])
    }

    private mutating func space() -> String { pick(["", " ", "\n  "]) }
    private mutating func comment() -> String { pick(["", "<!-- <memory>7</memory> -->", "<?pi <cpu/> ?>"]) }
    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &generator) ?? "" }
}
