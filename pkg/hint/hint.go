// Package hint is the commands that are offered to a person: data until they
// are shown, and rendered in one place, with the flags that lead to the same
// cluster, namespace and user.
package hint

import (
	"errors"
	"strings"
)

// Kind is the program that a hint is for.
type Kind string

// The kinds.
const (
	Sts     Kind = "kubectl sts"
	Kubectl Kind = "kubectl"
)

// Hint is a command that helps.
type Hint struct {
	// Words say what it does, before the command. They may be empty.
	Words string
	Kind  Kind
	Verb  string
	Args  []string
	// Namespace is the one of the object that it is about, empty for the one
	// that the user's own flags lead to.
	Namespace string
	// Again says that it takes up again what has ended: whatever else helps comes first.
	Again bool
}

// Caller is how the user calls the plugin: "kubectl sts" and the flags that lead
// to the same cluster, namespace and user.
type Caller string

// Flag is one of these flags; without a value it stands alone.
type Flag struct{ Name, Value string }

// NewCaller makes one.
func NewCaller(flags ...Flag) Caller {
	words := []string{string(Sts)}
	for _, f := range flags {
		words = append(words, f.Name)
		if f.Value != "" {
			words = append(words, Quote(f.Value))
		}
	}
	return Caller(strings.Join(words, " "))
}

// Command renders a hint without its words. Its namespace is the caller's.
func (c Caller) Command(h Hint) string {
	words := make([]string, 0, len(h.Args)+2)
	if h.Kind == Kubectl {
		words = append(words, string(Kubectl)+strings.TrimPrefix(string(c), string(Sts)))
	} else {
		words = append(words, string(c))
	}
	words = append(words, h.Verb)
	for _, arg := range h.Args {
		words = append(words, Quote(arg))
	}
	return strings.Join(words, " ")
}

// Render renders a hint: what it does, and the command.
func (c Caller) Render(h Hint) string {
	if h.Words == "" {
		return c.Command(h)
	}
	return h.Words + ": " + c.Command(h)
}

// Sts is a command of the plugin.
func (c Caller) Sts(verb string, args ...string) string {
	return c.Command(Hint{Kind: Sts, Verb: verb, Args: args})
}

// Kubectl is a command of kubectl itself.
func (c Caller) Kubectl(verb string, args ...string) string {
	return c.Command(Hint{Kind: Kubectl, Verb: verb, Args: args})
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
