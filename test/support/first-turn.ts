/*
 * A ring's first turn is drawn at random. For a program that is run as it stands it is the first endpoint's, when Node.js loads this
 * before it.
 */
const { random } = Math;
Math.random = () => random() / 1_001;
