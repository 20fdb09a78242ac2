package sts

import (
	"regexp"
	"slices"
	"strings"
)

// rpcWrapping is what gRPC puts before the words of a container runtime.
var rpcWrapping = regexp.MustCompile(`rpc error: code = \w+ desc = `)

// pullWrapping are the clauses that say no more than that an image was to be
// pulled, and which: the runtime's, and the kubelet's before them.
var pullWrapping = regexp.MustCompile(
	`^(?:[Ff]ailed to (?:pull and unpack|pull) image|Back-off pulling image|failed to resolve (?:reference|image)) "?([^"]*)"?$`)

// pullWords are a kubelet's words about an image that it can't pull: the cause
// first, then the image, then what else there is to say, each once. It alternates
// between two wordings, of which one contains the other. What is not worded like
// that comes back as it is.
func pullWords(message, image string) string {
	words := rpcWrapping.ReplaceAllString(message, "")
	var said []string
	for _, clause := range clauses(words) {
		m := pullWrapping.FindStringSubmatch(clause)
		switch {
		case m != nil:
			image = or(m[1], image)
		case clause == "", clause == "ErrImagePull", clause == "ImagePullBackOff", clause == image, slices.Contains(said, clause):
		default:
			said = append(said, clause)
		}
	}
	if len(said) == 0 || words == message && !strings.Contains(message, "ErrImagePull: ") {
		return words
	}
	last := len(said) - 1
	text := said[last]
	if image != "" {
		text += ": " + image
	}
	if last > 0 {
		text += " (" + strings.Join(said[:last], ": ") + ")"
	}
	return text
}

// clauses are the parts of an error, from the outermost: what stands between
// ": ", but not within quotes.
func clauses(message string) []string {
	var out []string
	begin, quoted := 0, false
	for i := range len(message) {
		switch {
		case message[i] == '"':
			quoted = !quoted
		case message[i] == ':' && !quoted && strings.HasPrefix(message[i:], ": "):
			out = append(out, strings.TrimSpace(message[begin:i]))
			begin = i + 2
		}
	}
	return append(out, strings.TrimSpace(message[begin:]))
}
