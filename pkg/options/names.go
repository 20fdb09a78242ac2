package options

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"
)

// Selection is which sets a verb about any number of them is for.
type Selection struct {
	Names         []string // none for all
	AllNamespaces bool
	Selector      string // of the sets' labels
}

// AddSelection adds --all-namespaces and --selector. does is what the verb does with the sets,
// such as "Show".
func AddSelection(flags *pflag.FlagSet, s *Selection, does string) {
	flags.BoolVarP(&s.AllNamespaces, "all-namespaces", "A", false, does+" the sets of all namespaces, whatever --namespace says.")
	flags.StringVarP(&s.Selector, "selector", "l", "",
		does+" the sets with these labels, such as app=web,tier!=test. It selects by the labels of the sets, not of their pods.")
}

// CheckSelection is the error about what does not go together.
func (s Selection) CheckSelection() error {
	switch _, err := labels.Parse(s.Selector); {
	case len(s.Names) > 0 && s.AllNamespaces:
		return Usage("give names or --all-namespaces, not both: a name is looked up in one namespace")
	case len(s.Names) > 0 && s.Selector != "":
		return Usage("give names or --selector, not both")
	case err != nil:
		return Usage("--selector=%s: %w", s.Selector, err)
	}
	return nil
}

// Missing is the error about names that were not found. Those that were are dealt with
// all the same.
func (s Selection) Missing(found map[string]bool, namespace string) error {
	var names []string
	for _, name := range s.Names {
		if !found[name] {
			names = append(names, fmt.Sprintf("%q", name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("statefulset %s not found in namespace %q", strings.Join(names, ", "), namespace)
}

// None says that there are none, which is no error.
func (s Selection) None(namespace string) string {
	words := "no StatefulSets"
	if s.Selector != "" {
		words += fmt.Sprintf(" with labels %q", s.Selector)
	}
	if s.AllNamespaces {
		return words + " in any namespace"
	}
	return words + fmt.Sprintf(" in namespace %q", namespace)
}

// SetNames reads the arguments of a verb about any number of sets: names in
// all the ways that [SetName] takes, each once, or TYPE and then names.
func SetNames(args []string) ([]string, error) {
	if len(args) > 1 && IsType(args[0]) {
		args = args[1:]
	}
	var names []string
	seen := map[string]bool{}
	for _, arg := range args {
		name, err := SetName([]string{arg})
		if err != nil {
			return nil, err
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names, nil
}
