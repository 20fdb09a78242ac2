package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

// Document is one object of a file.
type Document struct {
	File       string
	APIVersion string
	Kind       string
	Namespace  string // empty where the file names none
	Name       string
	JSON       []byte

	node *yaml.Node
	from int // the line of the file before its YAML document
}

// Error is what is wrong with a file, and in which line.
type Error struct {
	File string
	Line int // 0 where nobody knows
	Err  error
}

// Error is FILE:LINE: and what is wrong, in one line.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Read finds the objects of a file of YAML documents or JSON, those of lists as well.
// What is no object, such as a chart's values, is passed over.
func Read(file string, text []byte) ([]Document, error) {
	var out []Document
	for _, part := range split(text) {
		objects, err := part.objects(file)
		if err != nil {
			return nil, err
		}
		out = append(out, objects...)
	}
	return out, nil
}

// chunk is one YAML document of a file.
type chunk struct {
	text []byte
	from int // how many lines come before it
}

// split takes the documents apart as kubectl does: at a line that begins with --- and
// has nothing else but a comment.
func split(text []byte) []chunk {
	var out []chunk
	at := chunk{}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		rest, separates := bytes.CutPrefix(line, []byte("---"))
		rest = bytes.TrimSpace(rest)
		if separates && (len(rest) == 0 || rest[0] == '#') {
			out, at = append(out, at), chunk{from: number}
			continue
		}
		at.text = append(at.text, line...)
	}
	return append(out, at)
}

func (c chunk) objects(file string) ([]Document, error) {
	if len(bytes.TrimSpace(c.text)) == 0 {
		return nil, nil
	}
	data, node, err := parse(c.text)
	if err != nil {
		return nil, c.located(file, err)
	}
	if len(node.Content) == 0 {
		return nil, nil // comments alone
	}
	return read(file, c.from, data, node.Content[0])
}

// parse reads a YAML document, as JSON and with the lines of its fields.
func parse(text []byte) (data []byte, node yaml.Node, err error) {
	if data, err = podtemplate.FromYAML(text); err == nil {
		err = yaml.Unmarshal(text, &node)
	}
	return data, node, err
}

// read is the object, or those of a list.
func read(file string, from int, data []byte, node *yaml.Node) ([]Document, error) {
	var kind struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	if json.Unmarshal(data, &kind) != nil || kind.Kind == "" || kind.APIVersion == "" {
		return nil, nil //nolint:nilerr // values, a patch, or another program's file
	}
	var head struct {
		Metadata struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"metadata"`
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, Document{File: file, Kind: kind.Kind, node: node, from: from}.wrong(err)
	}
	if head.Items != nil && strings.HasSuffix(kind.Kind, "List") {
		var out []Document
		items := child(node, "items")
		for i, item := range head.Items {
			at := child(items, strconv.Itoa(i))
			if at == nil {
				at = node
			}
			objects, err := read(file, from, item, at)
			if err != nil {
				return nil, err
			}
			out = append(out, objects...)
		}
		return out, nil
	}
	if err := podtemplate.CheckQuantities(data); err != nil {
		return nil, &Error{file, from + node.Line, err}
	}
	return []Document{{
		File: file, APIVersion: kind.APIVersion, Kind: kind.Kind, Namespace: head.Metadata.Namespace, Name: head.Metadata.Name,
		JSON: data, node: node, from: from,
	}}, nil
}

// Decode reads the object into one of the API's types.
func (d Document) Decode(into any) error {
	if err := json.Unmarshal(d.JSON, into); err != nil {
		return d.wrong(err)
	}
	return nil
}

// wrong is the error that a field can't be what it is.
func (d Document) wrong(err error) error {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		line, _ := d.Position(mistyped.Field)
		return &Error{d.File, line, fmt.Errorf("%s of %s %s is a %s, which it can't be", mistyped.Field, d.Kind, d.Name, mistyped.Value)}
	}
	line, _ := d.Position("")
	return &Error{d.File, line, fmt.Errorf("%s %s: %s", d.Kind, d.Name, strings.Join(strings.Fields(err.Error()), " "))}
}

// lineOf finds the line that a library's error names.
var lineOf = regexp.MustCompile(`(?:yaml: )?(?:unmarshal errors: )?line (\d+): `)

// located turns a library's error about a document into one about its file.
func (c chunk) located(file string, err error) error {
	line, text := worded(err)
	if at, ok := c.template(line, text); ok {
		line, text = at, "this is a template and no YAML: render it first, as helm template does"
	}
	return &Error{file, c.from + line, errors.New(text)}
}

// worded is a library's error, without its line.
func worded(err error) (line int, text string) {
	line, text = 1, strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
	if found := lineOf.FindStringSubmatchIndex(text); found != nil {
		line, _ = strconv.Atoi(text[found[2]:found[3]]) // the pattern takes digits alone
		text = text[:found[0]] + text[found[1]:]
	}
	return line, strings.TrimPrefix(text, "yaml: ")
}

var (
	// directive is a line that has nothing but a template's action, such as {{- if .Values.x }}.
	directive = regexp.MustCompile(`(?m)^[ \t]*\{\{.*\}\}[ \t\r]*$`)
	action    = regexp.MustCompile(`\{\{.*?\}\}`)
)

// template reports whether the document can't be read because it is a template, and the line
// in which that shows. That it has actions does not tell, for they may be the text of an
// alert: without them there is no error, or another one first.
func (c chunk) template(line int, text string) (at int, ok bool) {
	if !bytes.Contains(c.text, []byte("{{")) {
		return 0, false
	}
	if _, _, err := parse(action.ReplaceAll(directive.ReplaceAll(c.text, nil), []byte("x"))); err != nil {
		if otherLine, other := worded(err); otherLine == line && other == text {
			return 0, false
		}
	}
	for i, l := range bytes.Split(c.text, []byte("\n")) {
		if bytes.Contains(l, []byte("{{")) && (at == 0 || i < line) {
			at = i + 1
		}
	}
	return at, true
}
