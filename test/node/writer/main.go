// Command writer is yet to be written.
package main

func main() {}
