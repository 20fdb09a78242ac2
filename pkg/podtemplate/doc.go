// Package podtemplate has pod templates, and makes a new one out of the current one: with
// other images, with a patch, or the one of a manifest. It works on the JSON
// that the server wrote, so that fields which this binary's API types do not
// know stay as they are. It is pure.
package podtemplate
