package report

import "strings"

// Where says which set on which cluster something is about, as in "prod/web @
// cluster-1". What is empty is left out; without a name it is the namespace.
func Where(namespace, name, context string) string {
	parts := make([]string, 0, 2)
	for _, part := range []string{namespace, name} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	where := strings.Join(parts, "/")
	if context != "" {
		where = strings.TrimSpace(where + " @ " + context)
	}
	return Clean(where)
}
