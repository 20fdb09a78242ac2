package status

import "strings"

// runWords say which operations are not over, how far each is, and since when.
func (st shown) runWords() string {
	var words []string
	for range st.Ops.Unreadable {
		words = append(words, "unreadable")
	}
	for _, r := range st.Ops.Records {
		words = append(words, r.Short(st.Snapshot, st.Now))
	}
	return strings.Join(words, ", ")
}
