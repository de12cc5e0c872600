import Testing

@testable import LibvirtProvider

@Suite("byte-preserving XML")
struct XMLTreeTests {
    @Test("elements know their bytes, spacing, CDATA, entities and line ends included")
    func ranges() throws {
        let text =
            "<?xml version='1.0'?>\r\n<domain type = \"kvm\" >\r\n <!-- <memory>9</memory> -->"
            + "<name>a&amp;b</name><memory\tunit='KiB'> 10<!--x-->24 </memory><a/><![CDATA[<cpu/>]]></domain>"
        let tree = try XMLTreeParser.parse(Array(text.utf8))
        let memory = try #require(tree.first("memory"))
        #expect(
            String(decoding: tree.bytes[tree[memory].range], as: UTF8.self)
                == "<memory\tunit='KiB'> 10<!--x-->24 </memory>")
        #expect(tree.text(of: memory) == "1024")
        #expect(tree.text(of: tree.first("name")) == "a&b")
        #expect(tree.attribute("type", of: 0) == "kvm")
        let empty = try #require(tree.first("a"))
        #expect(tree[empty].isSelfClosing)
        #expect(tree.first("cpu") == nil)
    }

    @Test(
        "what could blow up or hide is refused",
        arguments: [
            ("<!DOCTYPE domain [<!ENTITY a 'b'>]><domain>&a;</domain>", "document type"),
            ("<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>", "document type"),
            (String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65), "deeper than 64"),
            ("<a>" + String(repeating: "<b/>", count: 50_000) + "</a>", "more than 50000"),
            ("<domain>", "no element found"), ("", "no element found"), ("<a></b>", "mismatched tag"),
            ("<a>&undefined;</a>", "undefined entity"),
        ])
    func refused(text: String, reason: String) {
        #expect {
            _ = try XMLTreeParser.parse(Array(text.utf8))
        } throws: {
            ($0 as? XMLFault)?.description.contains(reason) == true
        }
    }

    @Test("bytes that are not UTF-8 are refused, whatever the declaration says")
    func encoding() {
        let bytes = Array("<?xml version='1.0' encoding='latin1'?><a>".utf8) + [0xE9] + Array("</a>".utf8)
        #expect(throws: XMLFault.self) { _ = try XMLTreeParser.parse(bytes) }
    }

    @Test("namespaces are found by prefix and default, up the tree")
    func namespaces() throws {
        let text = "<domain xmlns:q='urn:q'><metadata xmlns='urn:d'><q:a/><b/></metadata><c/></domain>"
        let tree = try XMLTreeParser.parse(Array(text.utf8))
        #expect(tree.first("metadata", "q:a").flatMap(tree.namespace(of:)) == "urn:q")
        #expect(tree.first("metadata", "b").flatMap(tree.namespace(of:)) == "urn:d")
        #expect(tree.first("c").flatMap(tree.namespace(of:)) == nil)
    }

    @Test(
        "text is replaced, and what is around it stays",
        arguments: [
            ("<a> 1 </a>", "<a> 7 </a>"), ("<a/>", "<a>7</a>"), ("<a ></a>", "<a >7</a>"),
            ("<a x='>' />", "<a x='>' >7</a>"), ("<a><!--1-->12<!--2-->3</a>", "<a><!--1-->7<!--2--></a>"),
            ("<a><![CDATA[12]]></a>", "<a><![CDATA[7]]></a>"), ("<a>&#49;</a>", "<a>7</a>"),
        ])
    func text(before: String, after: String) throws {
        var edit = XMLEdit(try XMLTreeParser.parse(Array(before.utf8)))
        edit.setText(of: 0, to: "7")
        #expect(edit.result == after)
    }

    @Test(
        "an attribute is replaced in its quotes, or put first",
        arguments: [
            ("<a b = \"1\" c='2'/>", "<a b = \"7\" c='2'/>"), ("<a bb='1'\r\n b='2'/>", "<a bb='1'\r\n b='7'/>"),
            ("<a c='b=1'/>", "<a b='7' c='b=1'/>"), ("<a/>", "<a b='7'/>"), ("<a></a>", "<a b='7'></a>"),
        ])
    func attribute(before: String, after: String) throws {
        var edit = XMLEdit(try XMLTreeParser.parse(Array(before.utf8)))
        edit.setAttribute("b", of: 0, to: "7")
        #expect(edit.result == after)
    }

    @Test(
        "an element comes in with its siblings' indentation",
        arguments: [
            ("<d>\r\n  <c>\r\n    <m/>\r\n  </c>\r\n</d>", "<d>\r\n  <c>\r\n    <m/>\r\n    <f/>\r\n  </c>\r\n</d>"),
            ("<d>\n  <c/>\n</d>", "<d>\n  <c>\n    <f/>\n  </c>\n</d>"), ("<d><c/></d>", "<d><c><f/></c></d>"),
            ("<d><c x='/'  /></d>", "<d><c x='/'  ><f/></c></d>"), ("<d><c><m/></c></d>", "<d><c><m/><f/></c></d>"),
        ])
    func insertion(before: String, after: String) throws {
        let tree = try XMLTreeParser.parse(Array(before.utf8))
        var edit = XMLEdit(tree)
        edit.insert("<f/>", into: try #require(tree.first("c")))
        #expect(edit.result == after)
    }
}
