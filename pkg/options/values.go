package options

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The annotations of flags and of commands that say what they take.
const (
	valuesAnnotation = "kubectl-sts/values"
	setsAnnotation   = "kubectl-sts/sets"
	awayAnnotation   = "kubectl-sts/away"
)

// TakesValues notes the values of a flag, for completion. Others may be possible as
// well.
func TakesValues(flags *pflag.FlagSet, name string, values ...string) {
	_ = flags.SetAnnotation(name, valuesAnnotation, values) // fails for a flag that there is not
}

// ValuesOf are the values of a flag, none for one that takes anything.
func ValuesOf(flag *pflag.Flag) []string { return flag.Annotations[valuesAnnotation] }

// Sets is how many StatefulSets a verb takes as its arguments.
type Sets string

// How many these are.
const (
	NoSet    Sets = ""
	OneSet   Sets = "one"
	ManySets Sets = "many"
)

// Annotations note it on the verb's command, for completion.
func (s Sets) Annotations() map[string]string { return map[string]string{setsAnnotation: string(s)} }

// AlsoAway are the same for a verb that has something to do with a set that a recreate has
// deleted and not created again.
func (s Sets) AlsoAway() map[string]string {
	return map[string]string{setsAnnotation: string(s), awayAnnotation: "true"}
}

// TakesAway reports whether a verb does.
func TakesAway(verb *cobra.Command) bool { return verb.Annotations[awayAnnotation] != "" }

// SetsOf is how many sets a verb takes.
func SetsOf(verb *cobra.Command) Sets { return Sets(verb.Annotations[setsAnnotation]) }
