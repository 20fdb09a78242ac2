package hint

import (
	"cmp"
	"strings"
)

// Caller is how the user calls kubectl and the plugin: the flags that lead to the same
// cluster, namespace and user. The zero value has none.
type Caller struct {
	flags     []Flag
	namespace string
	home      string
}

// Flag is one of these flags; without a value it stands alone.
type Flag struct{ Name, Value string }

// NewCaller makes one, without a namespace.
func NewCaller(flags ...Flag) Caller { return Caller{flags: flags} }

// In is the same for this namespace, "" for the one that the flags lead to.
func (c Caller) In(namespace string) Caller {
	c.namespace = namespace
	return c
}

// At is the same where the flags lead to this namespace without naming it: nobody has
// to, either.
func (c Caller) At(home string) Caller {
	c.home = home
	return c
}

// Command renders a hint without its words, "" where it has no command.
func (c Caller) Command(h Hint) string {
	if h.Kind == "" {
		return ""
	}
	words := []string{string(h.Kind)}
	for _, f := range c.flags {
		words = append(words, f.words()...)
	}
	namespace := cmp.Or(h.Namespace, c.namespace)
	if namespace != "" && (c.namespace != "" || namespace != c.home || h.Kind == Flux) {
		words = append(words, Flag{"-n", namespace}.words()...)
	}
	words = append(words, h.Verb)
	for _, arg := range h.Args {
		words = append(words, Quote(arg))
	}
	if h.Path != "" {
		words = append(words, h.Path)
	}
	return strings.Join(words, " ")
}

func (f Flag) words() []string {
	if f.Value == "" {
		return []string{f.Name}
	}
	return []string{f.Name, Quote(f.Value)}
}

// Render renders a hint: what it does, and the command.
func (c Caller) Render(h Hint) string {
	switch {
	case h.Kind == "":
		return h.Words
	case h.Words == "":
		return c.Command(h)
	}
	return h.Words + ": " + c.Command(h)
}

// RenderAll renders several.
func (c Caller) RenderAll(list []Hint) []string {
	var out []string
	for _, h := range list {
		out = append(out, c.Render(h))
	}
	return out
}

// Sts is a command of the plugin.
func (c Caller) Sts(verb string, args ...string) string { return c.Command(Plugin("", verb, args...)) }
