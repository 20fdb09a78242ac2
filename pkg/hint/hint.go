// Package hint is the commands that are offered to a person: data until they
// are shown, and rendered in one place, with the flags that lead to the same
// cluster, namespace and user.
package hint

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Kind is the program that a hint is for.
type Kind string

// The kinds. The empty one is for words alone.
const (
	Sts     Kind = "kubectl sts"
	Kubectl Kind = "kubectl"
	// Flux is its command line, which takes the flags of kubectl, and whose namespace is
	// not the kubeconfig's.
	Flux Kind = "flux"
)

// Hint is what helps: a command or, without a kind, words alone.
type Hint struct {
	// Words say what the command does, before it. They may be empty.
	Words string   `json:"words,omitempty"`
	Kind  Kind     `json:"kind,omitempty"`
	Verb  string   `json:"verb,omitempty"`
	Args  []string `json:"args"`
	// Path is a last argument that is quoted already, in the short form that a shell
	// knows for a file of the user's.
	Path string `json:"path,omitempty"`
	// Namespace is the one of the object that it is about, empty for the one
	// that the user's own flags lead to.
	Namespace string `json:"namespace,omitempty"`
	// Again says that it takes up again what has ended: whatever else helps comes first.
	Again bool `json:"again,omitempty"`
}

// Plugin is a command of the plugin.
func Plugin(words, verb string, args ...string) Hint {
	return Hint{Words: words, Kind: Sts, Verb: verb, Args: args}
}

// Kube is a command of kubectl itself.
func Kube(words, verb string, args ...string) Hint {
	return Hint{Words: words, Kind: Kubectl, Verb: verb, Args: args}
}

// Words are words alone.
func Words(text string) Hint { return Hint{Words: text} }

// IsZero reports whether it is none.
func (h Hint) IsZero() bool { return h.Words == "" && h.Kind == "" }

// Saying is the same command with other words.
func (h Hint) Saying(words string) Hint {
	h.Words = words
	return h
}

// With is the same command with more arguments.
func (h Hint) With(args ...string) Hint {
	h.Args = slices.Concat(h.Args, args)
	return h
}

// Same reports whether another is the same command in the same words.
func (h Hint) Same(other Hint) bool {
	return h.Words == other.Words && h.Kind == other.Kind && h.Verb == other.Verb && slices.Equal(h.Args, other.Args) &&
		h.Path == other.Path && h.Namespace == other.Namespace
}

// In are the same hints about objects of this namespace, but for those that name one
// themselves.
func In(namespace string, list []Hint) []Hint {
	out := slices.Clone(list)
	for i := range out {
		out[i].Namespace = cmp.Or(out[i].Namespace, namespace)
	}
	return out
}

// Tries is how many of the last of these take up again what has ended.
func Tries(list []Hint) int {
	n := 0
	for n < len(list) && list[len(list)-1-n].Again {
		n++
	}
	return n
}

// Error is an error that a command helps with.
type Error struct {
	Err   error
	Hints []Hint
}

// Error is the reason; the command is not part of it.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of are the hints of an error, none for one that has none.
func Of(err error) []Hint {
	var hinted *Error
	if errors.As(err, &hinted) {
		return hinted.Hints
	}
	return nil
}

// Blank stands in a hint's arguments for what only the user knows.
const Blank = "..."

// Quote makes a word that a shell reads as it is.
func Quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+"
	if word != "" && word != Blank && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
